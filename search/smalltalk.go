package search

import (
	"regexp"
	"strings"

	"heraut/text"
)

// SmallTalk reports whether a text says nothing that a catalogue of software could
// answer: thanks, greetings, good-byes, wishes, laughter, acknowledgements, news of
// the person or of the day, and questions to the people in the room. A text that
// names an entry of the catalogue, or a well-known product alone, is no small talk.
func (e *Engine) SmallTalk(s string) bool { return e.isSmallTalk(s, parseQuery(s)) }

// isSmallTalk reports whether the text s, with its parsed form q, is small talk, as
// SmallTalk describes: its form is that of small talk and it names no entry or known
// product.
func (e *Engine) isSmallTalk(s string, q query) bool {
	if _, product := e.meansProduct(q); product || e.namesEntry(q) {
		return false
	}
	return hasFormOfSmallTalk(s)
}

// IsCourtesy reports whether a text thanks, greets, wishes, praises or takes leave. For
// most forms the beginning of the text decides. Texts of that form may name a software,
// so ask SmallTalk first.
func IsCourtesy(s string) bool {
	said := strings.Join(text.Words(s), " ")
	return formulas().MatchString(said) || courtesies().MatchString(said)
}

// namesEntry reports whether a word of the query, or two or three neighbouring words,
// are the name of an entry. The name must have at least minNamedWord letters; a name of
// one word must not be an ordinary word.
func (e *Engine) namesEntry(q query) bool {
	for i := range q.words {
		name := ""
		for j := i; j < len(q.words) && j < i+3; j++ {
			name += q.words[j]
			if len(name) < minNamedWord || j == i && frequency(stem(name)) >= properWord {
				continue
			}
			for _, k := range e.index.keysWith(name) {
				if k.place.field() == ByName && k.worth >= partWorth {
					return true
				}
			}
		}
	}
	return false
}

// The patterns below read the folded words of a text with one space between them, so
// that «j'ai» is «j ai».

// asks matches words that ask for software: a text with one of them is no small talk.
// purpose matches words that say what a person wants to do, as news and questions to
// others rarely do.
var (
	asks = text.Pattern(`\b(?:re?cherch\w*|besoins?|logiciels?|outils?|applis?|applications?|programmes?|plateformes?|solutions?|alternatives?|` +
		`remplac\w*|equivalents?|indiquer|conseill\w*|propos\w*|recommand\w*|utilis\w*|emploie|connai\w*|existe\w*|sert|servir|` +
		`devons|devrais|devez|voudr\w*|aimer\w+|souhait\w*|je veux|on veut|nous voulons|veulent|faudrait|` +
		`software|tools?|looking|need|want|how (?:do|can|to|could)|recommend\w*|suggest\w*|which|open source|libres?|app)\b`)
	purpose = text.Pattern(`\b(?:dois \w{3,}(?:er|ir|re)|avec quoi|quoi comme|c est quoi|quoi pour|quel(?:le)? (?:est )?l[ea] (?:mieux|meilleur\w*)|` +
		`comment (?:faire|on|je|puis|peut|peux|se|y|\w{3,}[eio]r)|quel(?:le|s|les)? \w+(?: \w+){0,5} (?:prendre|choisir|installer|pour)|` +
		`(?:pour|de quoi|moyen (?:de|d)|possible (?:de|d)|arrive pas a|peut on|puis je|ou) (?:faire|\w{3,}(?:er|ir|re))|` +
		`pour (?:les?|la|l|mes|nos|des|un|une|gerer))\b`)
)

// formulas matches whole texts of courtesy with words that ask elsewhere.
var formulas = text.Pattern(`^(?:(?:un |mille )?(?:grand |tres grand )?(?:merci|mercis|remerciements)(?: (?:beaucoup|bien|infiniment|encore|d avance|par avance|a (?:tous|toutes|toi|vous)|et|tous|toutes|tout le monde|pour (?:tout|ton|votre|vos|ta|ces|cette) ?\w*|bonne (?:journee|soiree)|bon week end))*` +
	`|(?:je|nous|on) (?:(?:te|vous|lui|leur|nous) )+souhait\w+ .*)$`)

// courtesies holds the forms of what people say to be polite, news those of what they
// tell and ask one another. Each stands at the beginning of a text.
var (
	courtesies = beginning(
		// Acknowledgements, praise and regrets.
		`(?:ok(?:ay)?|oki|d accord|entendu|recu|bien recu|note|bien note|c est (?:bon|ok|parfait|fait|note|genial|top|super|gentil|regle|vrai|clair|sur|dommage|drole|fini|pas grave|compris)|compris|pareil|exact|exactement|voila|evidemment|bien sur|ca (?:marche|roule|me va|va|ira|arrive|fonctionne))(?: (?:merci|pour (?:moi|nous)|a tous|je|j|on|alors|c est|ca|super|top|parfait|a|bonne?|demain|desormais|maintenant)\b.*)?$`,
		`(?:super|top|genial|nickel|cool|excellent|impec\w*|parfait|bravo|chapeau|felicitations?|bien (?:vu|joue|dit)|(?:beau|bon|super) (?:travail|boulot|job)|trop (?:bien|drole|fort|cool|mignon))(?: (?:boulot|travail|job|idee|nouvelle|merci|bravo|ca|c est|tout|toute|tous|on|je|j|a|alors|pour (?:ton|ta|votre|vos|la|le|l|les|ce|cette|moi)|et|vu|joue|trop|l equipe)\b.*)?$`,
		`(?:pas|aucun|sans|no) (?:de |d )?(?:souci|soucis|probleme|problemes|quoi|worries|problem)\b`,
		`(?:avec plaisir|de rien|je (?:t|vous) en prie|mille mercis|tant (?:mieux|pis)|bienvenue|desolee?|pardon|excus\w+|oups|zut|mince|dommage|courage|bon courage|trop tard|peu importe)\b`,
		// Wishes and good-byes.
		`(?:tres )?(?:bon|bonne|bons|bonnes|joyeux|joyeuses?|excellente?|belle|douce|heureuse?) (?:journee|soiree|apres midi|aprem|matinee|nuit|week end|weekend|we|vacances|conges|courage|appetit|route|retour|chance|continuation|fetes?|annee|anniversaire|noel|paques|semaine|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|reunion|reprise|rentree|retablissement|voyage|dejeuner|repas|match|ete|fin|debut|retraite|a tous|a toutes)\b`,
		`(?:a (?:demain|plus|plus tard|bientot|tout a l heure|toute|tout de suite|tantot|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|la semaine prochaine|la prochaine|tres vite|tres bientot|ce soir)|au revoir|adieu|bye|ciao|tchao|bises?|bisous)\b`,
		`(?:ravie?s?|enchantee?s?|au plaisir|vivement|quelle (?:journee|semaine|chance|surprise|histoire|bonne)|(?:passez?|profitez?) (?:une? |de |bien|vos|ta|ton))\b`,
		`(?:bonne reception|a vous aussi|toi aussi|vous aussi|de meme|moi aussi|meme chose|allo|salut la|hello la|rebonjour)\b`,
		`(?:(?:c est l heure (?:de|du)|une? )?pause)\b`,
		// Laughter.
		`(?:(?:ha|hi|he|ah|hihi|hehe|haha)+|lol|mdr+|ptdr+|xd|ah ah|ha ha|hi hi|he he)(?: .*)?$`,
		// The health of others.
		`(?:comment|ca) (?:ca )?(?:va|vas tu|allez vous|tu vas|vous allez|se passe\w*|s est passee?|avance)\b`,
		`(?:tu|vous) (?:peux|pouvez|pourrais|pourriez) (?:m|nous) aider(?: s| un peu)?$`,
		`j ai (?:hate|(?:juste )?une (?:petite )?question|un doute)(?: pour (?:toi|vous))?$`,
		`(?:quoi de neuf|la forme|tout va bien|bien et (?:toi|vous))\b`,
	)
	news = beginning(
		// News of the person and of the group.
		`(?:moi )?j[e]? (?:(?:te|t|vous|lui|leur|le|la|l|les|ne|n|me|m|y|en|s) )*(?:suis|serai|etais|reviens|arrive|pars|regarde|occupe|vois|verrai|pense|peux pas|pourrai pas|rentre|mange|rappelle|appelle|rejoins|confirme|previens|attends|ai (?:pas|rien|eu|vu|recu|fini|mal|oublie|perdu|reserve|loue|croise|rate|loupe|dormi|mange|demenage|prevenu|rappele|un rendez|une reunion|faim|froid|chaud)|sais pas|crois|file|finis|valide|remercie|transmets|viens|viendrai|dirai|vais (?:manger|voir|etre|y|te|vous|le|la|les)|dois (?:y aller|partir|filer|vous laisser))\b`,
		`(?:on|nous) (?:(?:se|nous|s|en|y|ne|n) )*(?:voit|verra|retrouve|retrouvons|rappelle|reparle|mange|dejeune|part|arrive|commence|demarre|fait (?:un point|une pause)|est (?:en|au|a|le|la|bientot|deja)|sommes (?:en|au|a|le|la)|attend|sera|serons|a (?:gagne|fini|reussi|rendez)|continue|boit|prend un)\b`,
		`(?:le|la|les|l|il|elle|ils|elles|mon|ma|mes|ton|ta|notre|nos|votre|ce|cette|tout le monde)(?: \w+){0,4} (?:est|sont|sera|seront|etait|a ete|ont ete|arrive|arrivent|commence|demarre|vient|viennent|part|ferme|attend|tombe)\b`,
		// Questions to the people in the room.
		`(?:est ce (?:que?|qu) )?(?:qui|y a quelqu un|quelqu un|qqun|quelqun|personne|tu|vous|t|on|il y a quelqu un)(?: (?:a|as|avez|ont|va|vas|pourrait|pourrais|peut|peux|pouvez|veut|veux|voulez|est|es|etes|serait|sera|serez|se|me|m|nous|te|vous|y|en|l|la|le|les|de|d|qui|pas|n|ne|deja|un|une|toujours))* (?:vient|viens|venez|venir|viendra|mange\w*|dejeune\w*|dispo\w*|la|presente?s?|absente?s?|ouvrir|appeler|rappeler|joindre|perdu|emprunte|oublie|pris|vu (?:mon|ma|mes|le|la|les|sa|son|ses)|gardes?|ferme\w*|partante?s?|interesse\w*|motive\w*|permanence|astreinte|cafe|robot|humaine?|bot|dors|dort|reste|arrive|partie?|malade|conges?|teletravail|attend|prend|prends|boi\w+|apporter|preter|qui|quoi|fou|sur|serieux)\b`,
		`(?:c est )?(?:a quelle heure|quel (?:jour|temps|etage|bureau|age|est le (?:numero|code|wifi))|quelle (?:heure|salle|date|est (?:la|l) (?:date|heure|salle))|quand (?:est|sont|a|aura|commence|part|vient|tu|vous|on)|combien (?:de (?:temps|jours?|personnes)|on est|ca coute|coute|serez|vous|tu)|ou (?:est|sont|es|etes|se trouve\w*|se passe|c est|ca|sont passe\w*|tu|vous|on)|pourquoi (?:tu|vous|il|elle|personne|la|le|ca))\b`,
		// English.
		`(?:thanks?|thank you|thx|cheers|you re welcome|sounds good|got it|see you|good (?:job|work|luck|morning|night|evening|afternoon)|well done|nice (?:one|work|job)|have a|nice to (?:meet|see)|pleased to|happy (?:birthday|new year|friday)|congrat\w*|sorry|who (?:is|s) (?:coming|in|on|there)|are you (?:there|ok|free|a|all)|how are you|i (?:am|m|ll be|will be) (?:late|back|in|on|at|out|away|off|running|sick)|let s (?:meet|go|talk|have)|lunch)\b`,
	)
)

// beginning returns a function that returns the pattern for one of forms at the start
// of a folded text, after filler words, and compiles it at its first call.
func beginning(forms ...string) func() *regexp.Regexp {
	return text.Pattern(`^(?:(?:ah|bon|oui|non|et|mais|donc|alors|dis|dites|au fait|allez|bonjour|bonsoir|salut|coucou|hello|hey|hi|` +
		`a tous|a toutes|tous|toutes|tout le monde|desolee?|ok|euh) )*(?:` + strings.Join(forms, "|") + `)`)
}

// appointment matches the time of something that happens soon; do matches a text
// that begins with what a person wants to do.
var (
	appointment = text.Pattern(`\b(?:\d{1,2} ?h(?: ?\d\d)?|demain|ce soir|ce matin|cet apres midi|tout a l heure|(?:lundi|mardi|mercredi|jeudi|vendredi)|la semaine prochaine|tomorrow|tonight)\b`)
	do          = text.Pattern(`^\w{3,}(?:er|ir|re) `)
)

// leastAppointment is the number of words from which a text with a time is news
// rather than the name of something.
const leastAppointment = 3

// hasFormOfSmallTalk reports whether the form of a text is that of small talk, whatever
// it names.
func hasFormOfSmallTalk(s string) bool {
	all := text.Words(s)
	said := strings.Join(all, " ")
	switch {
	case formulas().MatchString(said):
		return true
	case asks().MatchString(said):
		return false
	case courtesies().MatchString(said):
		return true
	case purpose().MatchString(said):
		return false
	}
	return news().MatchString(said) || len(all) >= leastAppointment && appointment().MatchString(said) && !do().MatchString(said)
}

// isAsking reports whether a text asks for software, or says what its author wants to
// do.
func isAsking(s string) bool {
	said := strings.Join(text.Words(s), " ")
	return asks().MatchString(said) || purpose().MatchString(said)
}
