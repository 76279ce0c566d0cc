package search

// thesaurus holds synonyms in French and in English: the phrases of a line,
// separated by commas, stand for one another.
const thesaurus = `
visioconference, videoconference, conference video, webconference, visiophonie, visio, conference en ligne, reunion en ligne, reunion a distance, web conference, video conference, video conferencing, videoconferencing, web meeting, appel video, video call, webinaire, webinar, classe virtuelle
courriel, messagerie, messagerie electronique, mel, courrier electronique
client de messagerie, courrielleur, logiciel de messagerie, lire mes mails, email client, mail client
serveur de messagerie, serveur de courriel, serveur mail, smtp, mail server, mail transfer agent, mta
liste de diffusion, mailing list, infolettre, newsletter, lettre d'information
messagerie instantanee, tchat, chat, clavardage, instant messaging
webmail, messagerie web
telephonie, voip, softphone, telephone ip
mot de passe, mdp, password, coffre fort
base de donnees, bdd, sgbd, database, dbms, gestion de base de donnees
tableur, feuille de calcul, spreadsheet
traitement de texte, word processor, word processing
suite bureautique, traitement de texte, tableur, diaporama, office suite, bureautique
presentation, diaporama, slides, slideshow
systeme d'information geographique, information geographique, sig, gis, cartographie, carte, geomatique, mapping
publication assistee par ordinateur, pao, desktop publishing, mise en page, brochure, plaquette, depliant
gestion de contenu, cms, content management, creation de site, creer un site, creer un site web, creer un site internet, blog, site builder
environnement de developpement, ide, development environment
authentification unique, sso, single sign on
identite, identity, iam
gestion des identites, identity management, gestion des acces, access management
double authentification, deux facteurs, 2fa, mfa, otp, double facteur, authentification forte, two factor
annuaire, directory, ldap
carte mentale, carte heuristique, mind map, mindmapping, mind mapping, grapheur d'idees, remue meninges, brainstorming
sondage, enquete, questionnaire, survey, poll
formulaire, form
schema, diagramme, organigramme, logigramme, diagram, flowchart
maquettage, maquette, wireframe, mockup, prototypage
capture d'ecran, copie d'ecran, screenshot, screen capture
capture video, enregistrement d'ecran, enregistrer l'ecran, enregistrement video, screencast, screen recording, screen recorder, filmer l'ecran
diffusion en direct, streaming, live
lecteur d'ecran, screen reader, aveugle, malvoyant, non voyant, deficient visuel
accessibilite, accessibility, rgaa, a11y
dyslexie, lecteur en difficulte, dys
sauvegarde, backup, sauvegarder
restauration, restore, recovery
chiffrement, cryptage, encryption, cryptographie, crypter
compression, zip, decompression, compresser, archiver
archivage, archive, archiving, records management
synthese vocale, text to speech, voix haute, tts
transcription, dictee vocale, reconnaissance vocale, speech to text, retranscription, sous titrage
dessin, graphisme, drawing, graphics
vectoriel, vector
retouche, retouche photo, traitement d'images, photo editing, image editing, retouche d'image
photo, image, picture
phototheque, gestion de photos, album photo, photo management
formation en ligne, cours en ligne, apprentissage en ligne, e learning, elearning, lms, mooc, formation a distance, apprentissage a distance, online course, learning management, e formation
cours, module de formation, support de formation, course
apprentissage, formation, learning, training
exercice, qcm, quiz, exercise
gestion de versions, version control, versionnage
forge, heberger du code, hebergement de code, forge logicielle, gestion du code source, code hosting, source code repository
integration continue, continuous integration, ci
supervision, surveillance, monitoring, metrologie
journal, log, journalisation, logging
gestion des logs, collecte de logs, centraliser les logs, centralisation des journaux, log management
informatique decisionnelle, business intelligence, bi, decisionnel
tableau de bord, dashboard, indicateur
datavisualisation, dataviz, visualisation de donnees, data visualization
analyse de donnees, data analysis, science des donnees, data science, analyse de la donnee
integration de donnees, etl, data integration
donnee, data
metadonnee, metadata
anonymisation, anonymization, pseudonymisation
protection des donnees, rgpd, gdpr, vie privee, privacy
analyse d'impact, aipd, pia, impact assessment
test de charge, test de performance, load testing, performance testing, tir de charge
test unitaire, unit testing, unit test
test automatise, automatisation des tests, test automation
campagne de tests, test management, recette
qualite du code, analyse de code, code quality, static analysis
bug, anomalie, defect
ticket, incident, demande, issue
helpdesk, centre de services, service desk, gestion des tickets, gestion d'incidents
gestion de parc, parc informatique, inventaire, itsm, asset management, inventory
teledeploiement, deploiement, telediffusion, deployment
conteneur, container
orchestration, orchestrer, orchestrateur
machine virtuelle, virtualisation, hyperviseur, virtual machine, virtualization, hypervisor, vm
pare feu, firewall
pare feu applicatif, web application firewall, waf
antivirus, virus, malware
pourriel, spam, indesirable, antispam
equilibrage de charge, repartition de charge, repartiteur de charge, load balancer, load balancing
proxy, mandataire, serveur mandataire
serveur web, web server, serveur http
haute disponibilite, high availability
reseau, network
navigateur, browser
bloqueur de publicite, ad blocker, bloquer la publicite
lecteur, visionneuse, visualiseur, reader, viewer
liseuse, livre numerique, ebook, epub
lecteur video, lecteur multimedia, media player, video player, lire des videos, regarder des videos, regarder un film, lecteur audio, ecouter de la musique
montage video, edition video, video editing, video editor, monter des videos
hebergement de videos, plateforme video, video hosting, plateforme de videos
audio, son, voix, sonore, sound, podcast
musique, music
enregistrement, recording
3d, trois dimensions
site web, site internet, website
mesure d'audience, statistiques de frequentation, statistiques de visite, web analytics, audience d'un site, frequentation
moteur de recherche, recherche plein texte, search engine, full text search
partage de fichiers, file sharing, stockage en ligne, stockage de fichiers, partage de documents, stocker des fichiers, drive, cloud, partager un dossier
stockage, storage
transfert de fichiers, file transfer, ftp, envoi de fichiers, envoyer des fichiers
synchronisation, sync, synchronization
agenda, calendrier, calendar
rendez vous, appointment, booking
gestion de projet, project management, chef de projet, conduite de projet, suivi de projet
gestion de taches, kanban, todo, liste de taches, task management, suivi des taches
diagramme de gantt, gantt, planning de projet
processus, workflow, flux de travail, bpm
automatisation, automation, automatiser
relation client, crm, gestion de la relation client, gestion de contacts, relation usager
erp, pgi, gestion d'entreprise, progiciel de gestion
bibliotheque, library, mediatheque, sigb, bibliothecaire
gestion des connaissances, base de connaissances, knowledge base, knowledge management, documentation, partager les connaissances
wiki, documentation collaborative
prise de notes, notes, note taking, take notes, taking notes, bloc notes
editeur de texte, text editor, editeur de code, code editor
texte collaboratif, redaction collaborative, ecrire a plusieurs, coedition, collaborative editing, pad
correcteur orthographique, correction orthographique, orthographe, correction grammaticale, grammaire, spell checker, spelling, grammar
traduction, translation
numerisation, scanner, scan, ocerisation
ocr, reconnaissance de caracteres, character recognition
impression, imprimante, print, printing
fusionner des pdf, fusion de pdf, merge pdf, decouper un pdf, decoupage de pdf, split pdf
signature electronique, parapheur, electronic signature
courrier, gestion du courrier
demarche en ligne, teleservice, dematerialisation, demarche administrative, procedure en ligne
participation citoyenne, concertation, consultation citoyenne, budget participatif
archives, fonds d'archives
musee, collection, museum
forum, forum de discussion, discussion board
reseau social, microblogue, social network, microblogging
chatbot, agent conversationnel, robot conversationnel
intelligence artificielle, ia, ai
apprentissage machine, apprentissage automatique, machine learning
langage de programmation, programming language, programmation
cadriciel, framework
bibliotheque de composants, component library
generateur de site statique, site statique, static site generator
gestionnaire de paquets, package manager, gestionnaire de dependances, dependency manager
systeme d'exploitation, operating system, os, distribution linux
mobile, smartphone, telephone portable
ligne de commande, terminal, console, command line
bureau a distance, prise de controle a distance, prise en main a distance, acces a distance, remote desktop, telemaintenance, telassistance
disque dur, disque, disk, hard drive
effacement, effacer, wipe, suppression definitive, erase
partition, partitionner, partitioning
simulation, simulateur, simulator
mathematiques, calcul, math
statistiques, statistics
risque, risk
securite, cybersecurite, security, ssi
rssi, ssi, ciso
couleur, color, colour
randonnee, sentier, hiking
biodiversite, faune, flore
enfant, children, jeunesse
jeu, game
renommer, rename
recherche, search
gestion, management
test, testing
image disque, clonage, cloner
no code, low code, sans code, sans coder
api, interface de programmation
transcription, transcrire, retranscrire, compte rendu de reunion
montage audio, couper un son, mp3, edition de sons
portfolio, portefeuille, eportfolio
adresse ip, ipam
baie, dcim, datacenter
espece, biodiversite, faune, wildlife, flore
cloner, clonage, restauration
statut des services, etat des services, status dashboard, status page
calcul scientifique, calcul numerique
a plusieurs, collaboratif, collaborative, en meme temps
essai clinique, etude clinique, ecrf, clinical trial
pipette, selecteur de couleurs, color picker
partition de musique, partition musicale, music notation, sheet music
concertation, participation
adherent, don, donateur, benevole
renommer, rename
sigb, catalogage
document unique, duerp, evaluation des risques professionnels
cle usb, usb key, usb stick, usb drive
en masse, en lot, par lots, in bulk, batch, bulk
fichier volumineux, gros fichier, fichier trop lourd, large file, big file
piece jointe, attachment
mise en production, production
note de frais, frais professionnels
`
