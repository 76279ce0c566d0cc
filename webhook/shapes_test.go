package webhook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/matrix"
	"heraut/webhook"
)

// ownBody is an invented body in the documented format of a tool.
type ownBody struct {
	name, contentType, body string
	tool                    string // the body's shape
	must, mustNot           []string
}

var ownBodies = []ownBody{
	{"Slack's text", "application/json", `{"text":"Construction *réussie* de <https://ci.example.org/7|la version 7> par <@U123|lea>, <!channel> :tada:"}`, "chat",
		[]string{"Construction réussie de la version 7 (https://ci.example.org/7) par @lea, @channel 🎉"}, []string{"<!", "U123", "*"}},
	{"Slack's attachment", "application/json", `{"text":"","attachments":[{"fallback":"Déploiement raté","pretext":"Attention","title":"Déploiement raté","title_link":"https://ci.example.org/8","text":"Étape _tests_","fields":[{"title":"Branche","value":"main","short":true},{"title":"Durée","value":null}],"footer":null,"ts":null,"color":"danger"}]}`, "chat",
		[]string{"Attention", "Déploiement raté (https://ci.example.org/8", "Étape tests", "Branche : main", "Durée"}, []string{"null", "danger", "_tests_"}},
	{"Slack's blocks", "application/json", `{"text":"repli","blocks":[{"type":"header","text":{"type":"plain_text","text":"Sauvegarde"}},{"type":"section","text":{"type":"mrkdwn","text":"*3* bases"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Voir"},"url":"https://sauvegarde.example.org/"}},{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"base ","style":{"bold":true}},{"type":"link","url":"https://example.org/a","text":"A"}]}]}]},{"type":"divider"},{"type":"context","elements":[{"type":"mrkdwn","text":"à 14:02"}]}]}`, "chat",
		[]string{"Sauvegarde", "3 bases", "Voir (https://sauvegarde.example.org/", "• base A (https://example.org/a", "à 14:02"}, []string{"repli", "*"}},
	{"HTML comments", "application/json", `{"text":"Je regarde <!-- rien --> ça","attachments":[{"title":"titre <!-- caché --> long"}]}`, "chat", []string{"Je regarde ça", "titre long"}, []string{"--", "rien", "caché"}},
	{"Mattermost's Markdown", "application/json", "{\"username\":\"rapport\",\"text\":\"#### Résultats\\n@channel à relire\\n\\n| Suite | Échecs |\\n|:--|--:|\\n| API | 2 [(voir)](https://ci.example.org/9) |\\n\\n- [x] fait\\n- <no value>\"}", "chat",
		[]string{"rapport", "Résultats", "@channel à relire", "Suite | Échecs", "API | 2 (voir) (https://ci.example.org/9", "☑ fait", "<no value>"}, []string{"####", ":--"}},
	{"hookshot's", "application/json", `{"text":"repli","html":"<p>Bonjour <b>à tous</b> <a href='https://matrix.to/#/@a:b'>A</a></p>","username":"robot"}`, "chat",
		[]string{"robot", "Bonjour à tous A"}, []string{"matrix.to", "repli"}},
	{"Discord's", "application/json", `{"content":"Nouvelle version","embeds":[{"title":"v2.0","url":"https://example.org/v2","description":"**Neuf**","fields":[{"name":"Poids","value":"3 Mo"}]}]}`, "chat",
		[]string{"Nouvelle version", "v2.0 (https://example.org/v2", "Neuf", "Poids : 3 Mo"}, []string{"**"}},
	{"Teams' adaptive card", "application/json", `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock","size":"Large","weight":"Bolder","text":"Disque plein"},{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"TextBlock","text":"sur **srv1**"}]}]},{"type":"FactSet","facts":[{"title":"État","value":"firing"}]},{"type":"RichTextBlock","inlines":["Depuis ",{"type":"TextRun","text":"14 h"}]},{"type":"Table","rows":[{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"TextBlock","text":"/var"}]},{"type":"TableCell","items":[{"type":"TextBlock","text":"98 %"}]}]}]}],"actions":[{"type":"Action.OpenUrl","title":"Voir","url":"https://supervision.example.org/1"},{"type":"Action.Submit","title":"Acquitter","data":{"x":1}}]}}]}`, "chat",
		[]string{"Disque plein", "sur srv1", "État : firing", "Depuis 14 h", "/var | 98 %", "Voir (https://supervision.example.org/1"}, []string{"**", "Acquitter", "AdaptiveCard"}},
	{"Google Chat's card", "application/json", `{"cardsV2":[{"cardId":"a","card":{"header":{"title":"Déploiement","subtitle":"v7"},"sections":[{"header":"Détail","widgets":[{"textParagraph":{"text":"<b>Réussi</b> en 3 min"}},{"decoratedText":{"topLabel":"Par","text":"Léa"}},{"buttonList":{"buttons":[{"text":"Voir","onClick":{"openLink":{"url":"https://ci.example.org/7"}}}]}}]}]}}]}`, "chat",
		[]string{"Déploiement", "v7", "Détail", "Réussi en 3 min", "Par : Léa", "Voir (https://ci.example.org/7"}, []string{"<b>"}},
	{"DingTalk's", "application/json", `{"msgtype":"actionCard","actionCard":{"title":"[e/a] ouvert","text":"#### Panne\n\n**détail**","hideAvatar":"0","btnOrientation":"0","singleTitle":"voir le ticket","singleURL":"dingtalk://dingtalkclient/page/link?pc_slide=false&url=https%3A%2F%2Fforge.example.org%2Fe%2Fa%2Fissues%2F1"}}`, "chat",
		[]string{"[e/a] ouvert", "Panne", "détail", "voir le ticket (https://forge.example.org/e/a/issues/1"}, []string{"**", "####"}},
	{"WeCom's", "application/json", `{"msgtype":"markdown","markdown":{"content":"Panne **totale**\n> srv1"}}`, "chat", []string{"Panne totale", "srv1"}, []string{"**", "msgtype"}},
	{"Feishu's", "application/json", `{"msg_type":"text","content":{"text":"[Issue-e/a #1]: opened\nPanne\nhttps://forge.example.org/e/a/issues/1"}}`, "chat",
		[]string{"[Issue-e/a #1]: opened", "Panne", "https://forge.example.org/e/a/issues/1"}, []string{"msg_type"}},
	{"Markdown's definitions", "application/json", `{"text":"**Bilan**\n[Ticket 1]: ouvert\nUn \\*astérisque\\*\n\nVoir [le guide][g]\n\n[g]: https://example.org/guide"}`, "chat",
		[]string{"Bilan", "[Ticket 1]: ouvert", "Un *astérisque*", "le guide (https://example.org/guide"}, []string{"[g]", `\`}},
	{"Feishu's card", "application/json", `{"msg_type":"interactive","card":{"header":{"title":{"tag":"plain_text","content":"Alerte"}},"elements":[{"tag":"div","text":{"tag":"lark_md","content":"Disque **plein**"}},{"tag":"action","actions":[{"tag":"button","text":{"content":"Voir"},"url":"https://supervision.example.org/1"}]}]}}`, "chat",
		[]string{"Alerte", "Disque plein", "Voir (https://supervision.example.org/1"}, nil},
	{"Feishu's post", "application/json", `{"msg_type":"post","content":{"post":{"zh_cn":{"title":"Alerte","content":[[{"tag":"text","text":"Disque plein "},{"tag":"a","text":"voir","href":"https://supervision.example.org/1"}]]}}}}`, "chat",
		[]string{"Alerte", "Disque plein", "voir (https://supervision.example.org/1"}, nil},
	{"Matrix's", "application/json", `{"msgtype":"m.text","format":"org.matrix.custom.html","body":"Panne **totale**","formatted_body":"Panne <b>totale</b>"}`, "chat", []string{"Panne totale"}, []string{"**", "m.text"}},
	{"Telegram's", "application/json", `{"chat_id":"-100","text":"<b>Panne</b> sur <a href=\"https://example.org/1\">srv1</a>","parse_mode":"HTML","disable_web_page_preview":true}`, "chat", []string{"Panne sur srv1"}, []string{"<b>", "-100"}},
	{"Teams' card", "application/json", `{"@type":"MessageCard","title":"Alerte","text":"Disque **plein**","sections":[{"facts":[{"name":"Serveur","value":"srv1"}]}],"potentialAction":[{"@type":"OpenUri","name":"Voir","targets":[{"os":"default","uri":"https://example.org/v"}]}]}`, "chat",
		[]string{"Alerte", "Disque plein", "Serveur : srv1", "Voir (https://example.org/v"}, nil},
	{"Alertmanager's", "application/json", alert("firing", "srv1"), "alertmanager",
		[]string{"🔴 Alerte – en cours (firing) : Disque plein – Disque plein sur srv1 (http://prometheus.example.org/graph", "srv1", "depuis : 2026-11-30 13:00"}, []string{"0001"}},
	{"Grafana 7's", "application/json", `{"ruleName":"Charge","ruleId":3,"title":"[OK] Charge","state":"ok","ruleUrl":"https://grafana.example.org/d/a?tab=alert","message":"Retour au calme","evalMatches":[{"metric":"charge","value":0.2}]}`, "grafana",
		[]string{"✅ Alerte – retour à la normale (ok) : [OK] Charge (https://grafana.example.org/d/a?tab=alert", "Retour au calme", "charge : 0.2"}, nil},
	{"Sentry's", "application/json", `{"action":"created","installation":{"uuid":"x"},"actor":{"type":"user","name":"Léa"},"data":{"issue":{"id":"4","shortId":"APP-4","title":"ValueError: x","level":"error","culprit":"app.views","project":{"name":"app"},"web_url":"https://sentry.example.org/issues/4/","permalink":null}}}`, "sentry",
		[]string{"Erreur – création (created) : APP-4 ValueError: x (https://sentry.example.org/issues/4/", "app · par Léa", "lieu : app.views"}, []string{"null"}},
	{"updown.io's", "application/json", `[{"event":"check.ssl_expiration","check":{"token":"abcd","url":"https://www.example.org","alias":"Site"},"ssl":{"cert":{"not_after":"2026-12-07T00:00:00Z","issuer":"AC"},"days_before_expiration":7}}]`, "updown",
		[]string{"certificat bientôt expiré (ssl_expiration) : Site (https://www.example.org", "jours restants : 7"}, []string{"abcd"}},
	{"Uptime Kuma's", "application/json", `{"heartbeat":{"monitorID":2,"status":1,"msg":"200 - OK","ping":31,"localDateTime":"2026-11-30 14:02:11"},"monitor":{"id":2,"name":"Site","url":"https://www.example.org/"},"msg":"[Site] [✅ Up] 200 - OK"}`, "uptime-kuma",
		[]string{"✅ Surveillance – rétablissement (up) : Site (https://www.example.org/", "200 - OK", "31 ms"}, nil},
	{"UptimeRobot's form", "application/x-www-form-urlencoded", "monitorID=7&monitorURL=https%3A%2F%2Fwww.example.org&monitorFriendlyName=Site&alertType=1&alertTypeFriendlyName=Down&alertDetails=HTTP+503", "uptimerobot",
		[]string{"🔴 Surveillance – en panne (Down) : Site (https://www.example.org", "HTTP 503"}, nil},
	{"GitLab's pipeline", "application/json", `{"object_kind":"pipeline","object_attributes":{"id":5,"ref":"main","status":"failed","duration":90,"url":null},"user":{"name":"Léa"},"project":{"path_with_namespace":"equipe/app","web_url":"https://gitlab.example.org/equipe/app"},"commit":{"message":"Corrige\n\nle reste"},"builds":[{"stage":"test","name":"unit","status":"failed","failure_reason":"script_failure"}]}`, "gitlab",
		[]string{"🔴 Pipeline – échec (failed) : #5 main (https://gitlab.example.org/equipe/app/-/pipelines/5", "equipe/app · par Léa", "test / unit – failed", "Corrige"}, []string{"null", "le reste"}},
	{"GitHub's pull request", "application/json", `{"action":"closed","number":3,"pull_request":{"number":3,"title":"Corrige","html_url":"https://github.com/equipe/app/pull/3","merged":true,"head":{"ref":"a"},"base":{"ref":"main"}},"repository":{"full_name":"equipe/app","html_url":"https://github.com/equipe/app"},"sender":{"login":"lea"}}`, "forge",
		[]string{"🟣 Demande de fusion – fusion (merged) : #3 Corrige (https://github.com/equipe/app/pull/3", "equipe/app · par lea", "a → main"}, nil},
	{"Forgejo's push", "application/json", `{"ref":"refs/heads/main","before":"1","after":"2","compare_url":"https://forge.example.org/e/a/compare/1...2","commits":[{"id":"2","message":"Un\n\nsuite","url":"https://forge.example.org/e/a/commit/2","author":{"name":"Léa","email":"lea@example.org"}}],"total_commits":3,"repository":{"full_name":"e/a","html_url":"https://forge.example.org/e/a"},"pusher":{"login":"lea"}}`, "forge",
		[]string{"Commits poussés sur : main (https://forge.example.org/e/a/compare/1...2", "e/a · par lea", "Un (https://forge.example.org/e/a/commit/2) (Léa)", "et 2 autres"}, []string{"lea@example.org", "suite", "refs/heads"}},
	{"secrets in code", "application/json", "{\"text\":\"`curl https://a.example.org/?token=SECRETTOKEN` et\\n```\\nPOST https://a.example.org/x?api_key=SECRETTOKEN&b=1\\n```\",\"attachments\":[{\"text\":\"**a** `https://b.example.org/?token=SECRETTOKEN`\\n\\n    https://hooks.slack.com/services/SECRETTOKEN\"}]}", "chat",
		[]string{"curl https://a.example.org/", "POST https://a.example.org/x?b=1", "https://b.example.org/"}, []string{"SECRETTOKEN"}},
	{"GitLab's new branch", "application/json", `{"object_kind":"push","before":"0000000000000000000000000000000000000000","after":"1","ref":"refs/heads/neuf","user_name":"Léa","project":{"path_with_namespace":"e/app","web_url":"https://gitlab.example.org/e/app"},"commits":[],"total_commits_count":0}`, "gitlab",
		[]string{"Branche – création (created) : neuf (https://gitlab.example.org/e/app/-/tree/neuf"}, []string{"Commits"}},
	{"GitLab's draft made ready", "application/json", `{"object_kind":"merge_request","user":{"name":"Léa"},"project":{"path_with_namespace":"e/app"},"object_attributes":{"iid":1,"title":"Ajoute","action":"update","url":"https://gitlab.example.org/e/app/-/merge_requests/1"},"assignees":[{"name":"Paul"},{"name":"Zoé"}],"reviewers":[{"name":"Max"}],"changes":{"draft":{"previous":true,"current":false},"title":{"previous":"Draft: Ajoute","current":"Ajoute"}}}`, "gitlab",
		[]string{"à relire (ready_for_review)", "!1 Ajoute", "avant : Draft: Ajoute", "assigné à : Paul, Zoé", "relecture : Max"}, nil},
	{"GitHub's new branch", "application/json", `{"ref":"refs/heads/neuf","before":"0000000000000000000000000000000000000000","after":"1","created":true,"commits":[],"repository":{"full_name":"e/app","html_url":"https://github.com/e/app"},"pusher":{"name":"lea"},"sender":{"login":"lea"}}`, "forge",
		[]string{"Branche – création (created) : neuf (https://github.com/e/app"}, []string{"Commits"}},
	{"GitHub's answer", "application/json", `{"action":"answered","discussion":{"number":5,"title":"Comment ?","html_url":"https://github.com/e/app/discussions/5","body":"la question"},"answer":{"body":"Ainsi **donc**"},"repository":{"full_name":"e/app"},"sender":{"login":"lea"}}`, "forge",
		[]string{"Discussion – réponse (answered) : #5 Comment ?", "Ainsi donc"}, []string{"la question"}},
	{"GitHub's sponsorship", "application/json", `{"action":"created","sponsorship":{"sponsor":{"login":"paul"},"privacy_level":"public"},"sender":{"login":"lea"}}`, "forge", []string{"création (created)", "paul"}, []string{"privacy_level"}},
	{"Gitea's package", "application/json", `{"action":"created","repository":null,"package":{"creator":{"login":"lea"},"type":"container","name":"app","version":"1.0","html_url":"https://forge.example.org/e/-/packages/container/app/1.0"},"organization":{"username":"e"},"sender":{"login":"lea"}}`, "forge",
		[]string{"Paquet – création (created) : app 1.0 (https://forge.example.org/e/-/packages/container/app/1.0", "e · par lea", "type : container"}, []string{"creator"}},
	{"Gitea's wiki", "application/json", `{"action":"created","repository":{"full_name":"e/app","html_url":"https://forge.example.org/e/app"},"page":"Page d'accueil","comment":"première version","sender":{"login":"lea"}}`, "forge",
		[]string{"Wiki – création (created) : Page d'accueil (https://forge.example.org/e/app/wiki/Page-d", "première version"}, nil},
	{"Forgejo's run", "application/json", `{"action":"recovered","run":{"id":1,"title":"Corrige","index_in_repo":12,"status":"success","html_url":"https://forge.example.org/e/app/actions/runs/12","prettyref":"main","workflow_id":"ci.yml"},"prior_status":"failure","last_run":{"id":3,"title":"Casse"},"repository":{"full_name":"e/app"},"sender":{"login":"lea"}}`, "forge",
		[]string{"✅ Workflow – réussite (success) : #12 Corrige (https://forge.example.org/e/app/actions/runs/12", "branche : main", "avant : failure"}, []string{"Casse"}},
	{"Grafana 8's values", "application/json", `{"receiver":"r","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Charge"},"annotations":{},"startsAt":"2026-11-30T13:00:00Z","fingerprint":"f","values":null,"valueString":"[ var='B' labels={instance=srv1} value=22.5 ], [ metric='C' value=1 ]"}],"externalURL":"https://grafana.example.org/"}`, "alertmanager",
		[]string{"Charge", "valeurs : B=22.5, C=1"}, []string{"var="}},
	{"Sentry's error", "application/json", `{"action":"created","data":{"error":{"title":"TypeError: x","level":"error","culprit":"a.js","web_url":"https://sentry.example.org/issues/5/events/e/"}},"actor":{"type":"application","name":"Sentry"}}`, "sentry",
		[]string{"🔴 Erreur – création (created) : TypeError: x (https://sentry.example.org/issues/5/events/e/"}, []string{"🟢"}},
	{"Jira's comment in wiki markup", "application/json", `{"webhookEvent":"comment_created","comment":{"author":{"displayName":"Léa"},"body":"h2. Bilan\nVoir [le guide|https://example.org/guide] et *ceci*, [~paul]\n{code:java}\nif (a < b) {}\n{code}"},"issue":{"key":"APP-2","self":"https://jira.example.org/rest/api/2/issue/1","fields":{"summary":"Doublon"}}}`, "jira",
		[]string{"Bilan", "le guide (https://example.org/guide", "et ceci, @paul", "if (a < b) {}"}, []string{"h2.", "{code", "[~", "|", "*"}},
	{"PagerDuty's note", "application/json", `{"event":{"event_type":"incident.annotated","agent":{"summary":"Léa"},"data":{"incident":{"summary":"Charge","html_url":"https://e.pagerduty.com/incidents/P"},"content":"On regarde","type":"incident_note"}}}`, "pagerduty",
		[]string{"Incident – note (annotated) : Charge (https://e.pagerduty.com/incidents/P", "On regarde"}, []string{"incident.annotated"}},
	{"Statuspage's component", "application/json", `{"page":{"id":"p","status_description":"Minor"},"component_update":{"new_status":"major_outage","old_status":"operational"},"component":{"name":"API","status":"major_outage"}}`, "statuspage",
		[]string{"🔴 Composant – panne majeure (major_outage) : API", "avant : operational"}, nil},
	{"Jira's", "application/json", `{"webhookEvent":"jira:issue_updated","user":{"displayName":"Léa"},"issue":{"key":"APP-1","self":"https://jira.example.org/rest/api/2/issue/1","fields":{"summary":"Corriger","status":{"name":"Fini"},"project":{"name":"App"}}},"changelog":{"items":[{"field":"status","fromString":"Ouvert","toString":"Fini"}]},"comment":{"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"C'est fait"}]}]}}}`, "jira",
		[]string{"APP-1 Corriger (https://jira.example.org/browse/APP-1", "App · par Léa", "Ouvert → Fini", "C'est fait"}, []string{"/rest/api"}},
	{"PagerDuty's", "application/json", `{"event":{"event_type":"incident.acknowledged","agent":{"summary":"Léa"},"data":{"id":"P1","number":4,"title":"Panne","status":"acknowledged","html_url":"https://e.pagerduty.com/incidents/P1","self":"https://api.pagerduty.com/incidents/P1","service":{"summary":"API"},"priority":null,"urgency":"high"}}}`, "pagerduty",
		[]string{"🟠 Incident – prise en charge (acknowledged) : #4 Panne (https://e.pagerduty.com/incidents/P1", "API · par Léa"}, []string{"api.pagerduty", "null"}},
	{"Scalingo's", "application/json", `{"app_name":"mon-app","type":"deployment","user":{"username":"lea"},"type_data":{"status":"success","git_ref":"abc","deployment_id":"x"}}`, "scalingo",
		[]string{"✅ Déploiement – réussite (success) : mon-app", "par lea", "abc"}, nil},
	{"Clever Cloud's", "application/json", `{"event":"DEPLOYMENT_ACTION_END","date":"2026-11-30T10:12:44.120Z","authorId":"u","data":{"appId":"app_1","state":"OK","action":"DEPLOY","commit":"abc"}}`, "clever-cloud",
		[]string{"Déploiement – retour à la normale (OK) : app_1", "commit : abc"}, nil},
	{"Metabase's", "application/json", `{"type":"alert","alert_id":1,"alert_creator_name":"Léa","data":{"question_name":"Ventes","question_url":"https://meta.example.org/question/1","visualization":"data:image/png;base64,AAAA","raw_data":{"cols":["mois","n"],"rows":[["juin",3]]}}}`, "metabase",
		[]string{"📊 Alerte : Ventes (https://meta.example.org/question/1", "mois | n", "juin | 3"}, []string{"base64"}},
	{"Docker Hub's", "application/json", `{"callback_url":"https://registry.hub.docker.com/u/e/a/hook/1/","push_data":{"tag":"v1","pusher":"lea"},"repository":{"repo_name":"e/a","repo_url":"https://hub.docker.com/r/e/a"}}`, "docker-hub",
		[]string{"e/a:v1 (https://hub.docker.com/r/e/a", "par lea"}, []string{"/hook/"}},
	{"SNS's", "text/plain", `{"Type":"Notification","MessageId":"1","TopicArn":"arn:aws:sns:eu-west-3:1:alertes","Subject":"Disque","Message":"plein","UnsubscribeURL":"https://sns.example.org/?Action=Unsubscribe"}`, "sns",
		[]string{"Disque", "alertes", "plein"}, []string{"Unsubscribe"}},
	{"Brevo's", "application/json", `{"event":"hard_bounce","email":"lea@example.org","message-id":"<1@x>","subject":"Bonjour","reason":"550 <lea@example.org>: inconnu","ts":1}`, "brevo",
		[]string{"🔴 Courriel – rejet définitif (hard_bounce) : Bonjour", "pour : lea@example.org", "<lea@example.org>: inconnu"}, nil},
	{"Slack's outgoing form", "application/x-www-form-urlencoded", "token=SECRETTOKEN&team_domain=equipe&channel_name=general&user_name=lea&text=Bonjour", "chat",
		[]string{"lea", "Bonjour"}, []string{"SECRETTOKEN"}},
	{"Slack's event with files", "application/json", `{"type":"event_callback","token":"SECRETTOKEN","event":{"type":"message","text":"Voici","files":[{"name":"a.pdf","permalink":"https://equipe.slack.com/files/a.pdf","url_private":"https://files.slack.com/prive/a.pdf"}]}}`, "chat",
		[]string{"Voici", "a.pdf (https://equipe.slack.com/files/a.pdf"}, []string{"SECRETTOKEN", "prive"}},
	{"PagerDuty's status", "application/json", `{"event":{"event_type":"incident.status_update_published","agent":{"summary":"Léa"},"data":{"incident":{"summary":"Lenteurs","html_url":"https://e.pagerduty.com/incidents/Q"},"message":"Nous cherchons"}}}`, "pagerduty",
		[]string{"Lenteurs (https://e.pagerduty.com/incidents/Q", "par Léa", "Nous cherchons"}, nil},
	{"Grafana without labels", "application/json", `{"receiver":"","status":"firing","alerts":[{"status":"firing"}],"title":"[FIRING:1]","message":"Essai","externalURL":"https://grafana.example.org/"}`, "alertmanager",
		[]string{"[FIRING:1] (https://grafana.example.org/", "Essai"}, nil},
	{"a renamed organization", "application/json", `{"action":"renamed","account":{"login":"bluehats","html_url":"https://forge.example.org/bluehats"},"organization":{"login":"bluehats"},"sender":{"login":"lea"}}`, "forge",
		[]string{"bluehats (https://forge.example.org/bluehats", "par lea"}, []string{"bluehats · par lea"}},
	{"nothing but null", "application/json", `{"text":null,"attachments":[{"title":null,"ts":null}]}`, "json", []string{"Message d’un outil"}, []string{"null"}},
	{"unknown JSON", "application/json", `{"title":"Rapport","status":"fini","url":"https://example.org/r?token=abcdef&a=1","token":"SECRET","count":3,"nothing":null,"unsubscribe_url":"https://example.org/u","nested":{"deep":{"list":[1,2]}}}`, "json",
		[]string{"fini : Rapport (https://example.org/r?a=1", "count : 3", `"deep"`}, []string{"SECRET", "abcdef", "null", "unsubscribe"}},
}

func TestOwnBodies(t *testing.T) {
	for _, b := range ownBodies {
		t.Run(b.name, func(t *testing.T) {
			m, err := webhook.Read(webhook.Body{Type: b.contentType, Data: []byte(b.body)}, "fr", time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if err := inert(m, "fr"); err != nil {
				t.Error(err)
			}
			if m.Tool != b.tool {
				t.Errorf("read as %s, want %s", m.Tool, b.tool)
			}
			text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(matrix.PlainText(m.HTML(), "fr"))
			for _, s := range b.must {
				if !strings.Contains(text, s) {
					t.Errorf("no %q in\n%s", s, text)
				}
			}
			for _, s := range b.mustNot {
				if strings.Contains(text, s) {
					t.Errorf("%q in\n%s", s, text)
				}
			}
		})
	}
}

// TestScreen compares the posts of ten tools, as people read them, with a golden
// file; -update rewrites it.
func TestScreen(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		var b strings.Builder
		for _, name := range []string{
			"Slack's attachment", "Mattermost's Markdown", "Alertmanager's", "Sentry's", "updown.io's", "GitLab's pipeline",
			"GitHub's pull request", "Jira's", "Metabase's", "unknown JSON",
		} {
			for _, own := range ownBodies {
				if own.name != name {
					continue
				}
				m, err := webhook.Read(webhook.Body{Type: own.contentType, Data: []byte(own.body)}, lang, time.UTC)
				if err != nil {
					t.Fatal(err)
				}
				b.WriteString("== " + name + "\n" + matrix.PlainText(m.HTML(), lang) + "\n\n")
			}
		}
		path := filepath.Join("testdata", "screen."+lang+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if file, err := os.ReadFile(path); err != nil || string(file) != b.String() {
			t.Errorf("%s differs: run with -update and read the difference (%v)\n%s", path, err, b.String())
		}
	}
}

// A forge sends its headers with the bodies for chat programs too, and GitLab with
// bodies of people's own templates: the body tells, not the header.
func TestHeadersWithOtherBodies(t *testing.T) {
	for header, body := range map[string]string{
		"X-Gitea-Event":        `{"channel":"#ops","text":"[e/a] Ticket ouvert","username":"Gitea","attachments":[{"title":"#1 Panne","title_link":"https://forge.example.org/e/a/issues/1"}]}`,
		"X-Github-Event":       `{"username":"Gitea","avatar_url":"","embeds":[{"title":"[e/a] #1 Panne","url":"https://forge.example.org/e/a/issues/1"}]}`,
		"X-Forgejo-Event":      `{"@type":"MessageCard","title":"[e/a] #1 Panne","sections":[],"potentialAction":[{"@type":"OpenUri","name":"Voir","targets":[{"os":"default","uri":"https://forge.example.org/e/a/issues/1"}]}]}`,
		"X-Gogs-Event":         `{"msg_type":"text","content":{"text":"#1 Panne https://forge.example.org/e/a/issues/1"}}`,
		"X-Gitlab-Event":       `{"text":"#1 Panne https://forge.example.org/e/a/issues/1"}`,
		"Sentry-Hook-Resource": `{"text":"#1 Panne https://forge.example.org/e/a/issues/1"}`,
	} {
		m, err := webhook.Read(webhook.Body{Type: "application/json", Data: []byte(body), Header: map[string]string{header: "issues"}}, "fr", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		plain := matrix.PlainText(m.HTML(), "fr")
		if m.Tool != "chat" || !strings.Contains(plain, "#1 Panne") || !strings.Contains(plain, "https://forge.example.org/e/a/issues/1") {
			t.Errorf("%s: read as %s:\n%s", header, m.Tool, plain)
		}
	}
}
