package search

// wellKnown lists the purposes of widely used proprietary products, since the
// catalogue does not always say which products an entry replaces. The search reads
// it only for products that the catalogue itself does not name. Each line holds the
// product's names, a colon, free software known to do the same, a semicolon, and the
// needs in plain French to try, best first. It omits vendors and editions where the
// product's name suffices.
const wellKnown = `
Photoshop, Lightroom, Paint Shop Pro, Affinity Photo: GIMP, Krita; retouche photo, traitement d'images
Illustrator, CorelDRAW, Affinity Designer: Inkscape; dessin vectoriel, images vectorielles, graphisme vectoriel
InDesign, QuarkXPress, Microsoft Publisher, Affinity Publisher: Scribus; publication assistée par ordinateur, mise en page
Adobe Premiere, Premiere Pro, Final Cut, iMovie, Movie Maker, DaVinci Resolve, Sony Vegas: OpenShot, Kdenlive, Shotcut; montage vidéo, édition de vidéo
Adobe Audition, Pro Tools, GarageBand, Ableton: Audacity; édition audio, enregistrement audio
Canva, Figma, Adobe XD, Balsamiq: Penpot, Pencil; maquettage, maquette, dessin vectoriel
Dreamweaver, FrontPage: BlueGriffon; éditeur HTML
Acrobat, Acrobat Pro, PDFCreator, Nitro PDF, Foxit PhantomPDF: PDFsam Basic; fusion de fichiers PDF, manipulation de PDF, PDF
Acrobat Reader, Adobe Reader, Foxit Reader: Sumatra PDF, MuPDF, Okular; lecteur de PDF, visualisation de PDF
Office, Microsoft Office, Pack Office, Suite Office, WordPerfect, iWork: LibreOffice; suite bureautique
Office 365, Microsoft 365, Google Workspace, G Suite: LibreOffice, Collabora Online, OnlyOffice; suite bureautique
Word, Microsoft Word: LibreOffice; suite bureautique, traitement de texte
Excel, Microsoft Excel, Lotus 123: LibreOffice; suite bureautique, tableur
PowerPoint, Keynote, Prezi: LibreOffice; suite bureautique, présentation
Google Docs: Collabora Online, LibreOffice (Collabora) online, HedgeDoc, Etherpad; éditeur de texte collaboratif, rédaction collaborative, partage de notes
Google Sheets, Airtable, Smartsheet: Grist, NocoDB, Baserow, NocoBase; tableur collaboratif
Google Forms, Microsoft Forms, SurveyMonkey, Typeform, Qualtrics: LimeSurvey; questionnaire en ligne, sondage
OneNote, Evernote, Notion, Roam Research: Joplin, Logseq, Notesnook, CherryTree, HedgeDoc; prise de notes, partage de notes
Outlook, Windows Mail, Lotus Notes, Apple Mail: Thunderbird, Mozilla Thunderbird; courrielleur, client de messagerie
Gmail, Outlook Web Access, Yahoo Mail: Roundcube, SOGo; webmail, messagerie
Microsoft Exchange, Exchange, Lotus Domino: Zimbra, SOGo, BlueMind; messagerie collaborative, serveur de messagerie
Zoom, Skype, Webex, Google Meet, GoToMeeting, GoToWebinar, Livestorm, Adobe Connect: Jitsi, Jitsi Meet, BigBlueButton, Galène; visioconférence, webconférence
Microsoft Teams, Teams: Jitsi, Jitsi Meet, BigBlueButton, Rocket.Chat, Element; visioconférence, webconférence
Slack, Messenger, Discord, Google Chat: Rocket.Chat, Mattermost, Element; messagerie instantanée, messagerie collaborative
WhatsApp, Telegram, Signal, iMessage, Viber: Element, Delta Chat; messagerie instantanée, messagerie chiffrée
Dropbox, OneDrive, Google Drive, iCloud, SharePoint: Nextcloud; partage de fichiers
WeTransfer: LinShare; transfert de fichiers, partage de fichiers
Google Chrome, Chrome, Internet Explorer, Microsoft Edge, Safari, Opera: Firefox, Mozilla Firefox, Chromium; navigateur web
Google Calendar, Calendly: cal.com, Nextcloud; prise de rendez-vous, agenda
Google Analytics, Adobe Analytics, AT Internet, XiTi: Matomo; statistiques de fréquentation
Google Maps, Mapbox, Google Earth: uMap; cartographie en ligne, cartographie
Google Photos, Picasa, Flickr: Immich, digiKam; gestion de photos
ArcGIS, ArcMap, MapInfo, GeoConcept, FME: QGIS; système d'information géographique
Trello, Microsoft Planner, Asana, ClickUp, Basecamp: Wekan, Kanboard; gestion de tâches, kanban
Jira, YouTrack, Bugzilla: Redmine, Tuleap, MantisBT; suivi de tickets, gestion de projet
Microsoft Project, Primavera: ProjectLibre, GanttProject; diagramme de Gantt, gestion de projet
Confluence: XWiki, MediaWiki, BookStack, DokuWiki; wiki
Doodle, Beekast: Framadate; sondage de dates, prise de rendez-vous
Microsoft Visio, Lucidchart, SmartDraw: draw.io Desktop, Dia; diagramme, schéma
Miro, Klaxoon: Digistorm; tableau blanc, travail collaboratif
MindManager, XMind, MindMeister: Freeplane; carte mentale
WinRAR, WinZip: 7-Zip, PeaZip; compression de fichiers, compression
YouTube, Vimeo, Dailymotion: PeerTube; hébergement de vidéos
Twitter, X (Twitter), Facebook, LinkedIn, Yammer: Mastodon; réseau social, microblogue
Windows Media Player, QuickTime, iTunes, RealPlayer, PowerDVD, Spotify: VLC, mpv; lecteur multimédia, lecteur vidéo
Nero Burning ROM: DVD Styler, InfraRecorder; gravure
Camtasia, Screencast, Bandicam, XSplit: OBS Studio, Captura; capture vidéo, enregistrement vidéo
Snagit, Lightshot: Greenshot, Flameshot; capture d'écran
LastPass, Dashlane, 1Password, NordPass: KeePass, KeePassXC, Bitwarden; gestionnaire de mots de passe
BitLocker, FileVault: VeraCrypt; chiffrement de disques
Norton Antivirus, Norton, McAfee, Kaspersky, Avast, Bitdefender, Trend Micro, Windows Defender: ClamAV; antivirus
CCleaner: BleachBit; nettoyage
TeamViewer, AnyDesk, LogMeIn, Remote Desktop Manager: MeshCentral, Apache Guacamole, mRemoteNG; bureau à distance, prise de contrôle à distance
VMware, vSphere, ESXi, Hyper V, VirtualBox, Nutanix, Citrix Hypervisor, XenServer: Proxmox VE, XCP-ng, KVM; virtualisation de serveurs, machines virtuelles, hyperviseur
AWS, Amazon Web Services, Azure, Microsoft Azure, Google Cloud: OpenStack, OpenNebula; IaaS, cloud
Windows, macOS: Debian, Ubuntu, Linux Mint; distribution linux, système d'exploitation
Red Hat, Red Hat Enterprise Linux, RHEL, SUSE Linux Enterprise: AlmaLinux, Rocky Linux, CentOS, Debian; distribution linux
iOS: GrapheneOS; système d'exploitation mobile
Oracle, Oracle Database, SQL Server, Microsoft SQL Server, DB2, Sybase, Informix: PostgreSQL, MariaDB; base transactionnelle, base de données
Microsoft Access, FileMaker: LibreOffice, Grist; base de données
DynamoDB, Cosmos DB: MongoDB, Cassandra; base de données NoSQL
IIS: Apache HTTP Server, Nginx; serveur web
WebLogic, WebSphere, JBoss EAP: Apache Tomcat; serveur d'application
F5, BIG IP, NetScaler: HAProxy; load balancer, équilibrage de charge
Palo Alto, Fortinet, FortiGate, Checkpoint, Stormshield: pfSense, OPNsense; pare-feu
Active Directory, Windows Server: OpenLDAP, Samba, FusionDirectory; annuaire, gestion des identités
Okta, Azure AD, Entra ID, Ping Identity, OneLogin, Auth0: Keycloak, LemonLDAP::NG; authentification unique, SSO
Microsoft Authenticator, Google Authenticator: FreeOTP; double authentification
HashiCorp Vault: OpenBao; coffre-fort
SCCM, Microsoft Intune, Intune, Landesk, PDQ Deploy: WAPT, GLPI, OCS Inventory; télédéploiement, déploiement
Veeam, Acronis, Norton Ghost, Veritas NetBackup, Commvault: Bareos, Clonezilla; sauvegarde et restauration, sauvegarde
Power BI, Tableau Software, Tableau Desktop, Qlik, QlikView, Qlik Sense, Business Objects, Cognos, Looker: Apache Superset, Metabase; business intelligence, datavisualisation
Informatica PowerCenter, DataStage, SSIS: Talend Open Studio for Data Integration; intégration de données, ETL
Collibra, Alation: Apache Atlas; catalogue de données
Splunk, Datadog, New Relic, Dynatrace: Elasticsearch, Logstash, Grafana, Loki; gestion des logs
SolarWinds, PRTG, Nagios XI, WhatsUp Gold: Centreon, Nagios, Zabbix; supervision réseau, supervision
ServiceNow, EasyVista, BMC Remedy, Ivanti: GLPI; gestion de parc, gestion des incidents
Zendesk, Freshdesk, Intercom: Zammad; support, gestion des tickets
GitHub, Bitbucket, Azure DevOps, Team Foundation Server: GitLab Community Edition, GitLab CE, Gitea, Forgejo; forge logicielle, plateforme de développement, forge
Bamboo, TeamCity, CircleCI, Travis CI: Jenkins; intégration continue
Visual Studio, IntelliJ IDEA, IntelliJ, WebStorm: Visual Studio Code, VSCodium, Eclipse, Eclipse IDE; environnement de développement
PyCharm Professional: PyCharm CE, Spyder; environnement de développement python
Sublime Text, UltraEdit, TextPad, Bloc-notes: Notepad++, Geany; éditeur de texte
Postman, Insomnia: Hoppscotch, Insomnium, Bruno; client API
Toad, SQL Developer, Navicat, DataGrip: DBeaver, HeidiSQL; client SQL
LoadRunner: Apache JMeter; test de performance
Quality Center, HP ALM, TestRail, Zephyr: Squash TM, TestLink; gestion des campagnes de tests
Enterprise Architect, PowerDesigner: Archi, Modelio; modélisation
Apigee, MuleSoft, Axway: Gravitee CE, Gravitee Community Edition; gestion d'API
Control M, VTOM, Dollar Universe: Rundeck, Apache Airflow; ordonnanceur, orchestration
Zapier, IFTTT, Power Automate, Integromat: n8n; workflow, automatisation
MATLAB: GNU Octave, Scilab; calcul numérique
Mathematica, Maple: SageMath, Maxima; calcul formel
SAS, SPSS, Stata, Minitab: RStudio, R, Jupyter; langage R, statistiques
LabVIEW: Arduino IDE; instrumentation
Blackboard, 360Learning, Cornerstone, Talentsoft: Moodle, Chamilo, ILIAS; plateforme d'apprentissage
Articulate Storyline, Articulate, Adobe Captivate: Opale; module de formation
Kahoot, Wooclap, Quizlet: ClassQuiz; quiz
Pronote: ; vie scolaire
JAWS, ZoomText: NVDA; lecteur d'écran
Dragon NaturallySpeaking, Dragon Naturally Speaking: Handy; transcription audio, dictée vocale
AutoCAD, SolidWorks, Catia, Revit: FreeCAD, LibreCAD; dessin assisté par ordinateur
SketchUp, Maya, 3ds Max, 3D Studio Max, Cinema 4D: Blender; modélisation 3D
Sibelius: MuseScore, MuseScore Studio; partitions de musique
Antidote, Grammarly: Grammalecte; correction grammaticale
DeepL, Google Translate, Trados: LibreTranslate, OmegaT; traduction
DocuSign, Yousign, Adobe Sign: LiberSign, i-Parapheur; signature électronique
Mailchimp, Sendinblue, Brevo, Mailjet: Sympa, phpList, Mautic; liste de diffusion
Google Groups, Listserv: Sympa; liste de diffusion
SAP, Cegid, Oracle EBS: Dolibarr, Odoo, ERPNext; ERP, PGI
Salesforce, Dynamics CRM, Microsoft Dynamics, HubSpot, Zoho: CiviCRM, SuiteCRM, Dolibarr; CRM
Documentum, Alfresco Enterprise, FileNet, M-Files: Alfresco, Nuxeo, Maarch Courrier; gestion électronique de documents
Eventbrite: Pretix; événements
Wix, Squarespace, Webflow, Adobe Experience Manager, Sitecore: WordPress, Drupal, SPIP, TYPO3; gestion de contenu
Shopify: PrestaShop; commerce en ligne
Aleph, Sierra ILS: Koha, PMB; gestion de bibliothèques
EndNote, Mendeley: Zotero; bibliographie
Adblock Plus, AdBlock: uBlock Origin; bloqueur de publicités
CuteFTP, WS FTP: FileZilla, WinSCP; client FTP
PuTTY, SecureCRT: mRemoteNG; SSH
ChatGPT, Copilot, Gemini: Open WebUI; chatbot
Terraform, Pulumi: OpenTofu, Ansible; infrastructure as code
Snowflake, BigQuery, Databricks, Amazon Redshift: DuckDB; analyse de données
Firebase: Manifest; backend
Doctolib: cal.com; prise de rendez-vous
Alteryx, Informatica: Apache Hop; intégration de données
UiPath, Blue Prism, Workato: n8n; automatisation
Loom: Captura, OBS Studio; capture vidéo
Monday.com, Wrike, Todoist: Wekan, Kanboard; gestion de tâches
Genially, Powtoon: LibreOffice; présentation
Padlet, Mural: Digistorm; travail collaboratif
Obsidian: Logseq, Notesnook, Joplin; prise de notes
Prisma Access, Zscaler: OPNsense; pare-feu
HashiCorp Nomad, OpenShift, Rancher: Docker, dokku; conteneurs
Heroku, Vercel, Netlify: dokku; PaaS
Docusign CLM, Adobe Acrobat Sign: Maarch Courrier; signature électronique
IrfanView, ACDSee: nomacs; visionneuse d'images
Total Commander: 7-Zip; gestionnaire de fichiers
Articulate Rise, iSpring: Opale, ILIAS; module de formation
Solaris, AIX, Unix: Debian, FreeBSD; système d'exploitation
`
