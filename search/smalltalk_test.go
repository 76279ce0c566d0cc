package search

import "testing"

func TestSmallTalk(t *testing.T) {
	e := demo(t)
	for _, s := range []string{
		"merci !", "Merci beaucoup, bonne journée", "merci d’avance", "un grand merci à tous pour votre participation",
		"à demain", "au revoir", "bon courage pour l'oral", "Joyeux Noël", "bonne année à tous", "je vous souhaite une bonne soirée",
		"ok je regarde ça", "c'est noté", "bien reçu, merci", "pas de souci", "super boulot", "ça marche pour moi", "parfait, à lundi",
		"haha", "mdr trop drôle", "lol", "comment ça va ?", "ça va ?", "désolé du retard",
		"je suis en congé la semaine prochaine", "j'arrive", "on se voit à 14h ?", "la réunion est reportée à jeudi",
		"qui vient à la réunion ?", "tu as vu mes clés ?", "où est la salle Turing ?", "quelqu'un est dispo ?", "tu es un robot ?",
		"thanks a lot!", "see you tomorrow", "who is coming?",
	} {
		if r := e.Search(s); r.Shape != None {
			t.Errorf("«%s» gives %v", s, r.Shape)
		}
	}
	for _, s := range []string{
		"gimp", "retoucher une photo", "je cherche un outil pour les réunions de demain", "qui utilise LibreOffice ?",
		"bonjour, je dois monter une vidéo", "quelqu'un a pris GIMP ?", "comment partager des fichiers ?", "on a besoin d'un wiki pour lundi",
		"je suis à la recherche d'un tableur", "merci de m'indiquer un logiciel de dessin", "j'ai réservé une salle, quel logiciel pour la visio ?", "zoom", "envoyer des fichiers lundi matin",
		"il y a quoi pour faire une visio ?", "quelle application prendre pour une visio demain ?", "",
	} {
		if e.SmallTalk(s) {
			t.Errorf("«%s» is taken for small talk", s)
		}
	}
}
