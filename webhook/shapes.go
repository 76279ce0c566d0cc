package webhook

// shapes lists the known formats in the order of recognition; the general formats of
// chat programs come last.
var shapes []shape

func init() { // in init, since SNS bodies contain bodies of the other shapes
	shapes = []shape{
		{name: "gitlab", is: isGitLab, read: readGitLab},
		{name: "forge", is: isForge, read: readForge},
		{name: "jira", is: isJira, read: readJira},
		{name: "alertmanager", is: isAlerts, read: readAlerts},
		{name: "grafana", is: isOldGrafana, read: readOldGrafana},
		{name: "sentry", is: isSentry, read: readSentry},
		{name: "updown", is: isUpdown, read: readUpdown},
		{name: "uptime-kuma", is: isKuma, read: readKuma},
		{name: "uptimerobot", is: isUptimeRobot, read: readUptimeRobot},
		{name: "statuspage", is: isStatuspage, read: readStatuspage},
		{name: "pagerduty", is: isPagerDuty, read: readPagerDuty},
		{name: "scalingo", is: isScalingo, read: readScalingo},
		{name: "clever-cloud", is: isClever, read: readClever},
		{name: "metabase", is: isMetabase, read: readMetabase},
		{name: "brevo", is: isBrevo, read: readBrevo},
		{name: "docker-hub", is: isDockerHub, read: readDockerHub},
		{name: "azure-devops", is: isAzure, read: readAzure},
		{name: "sns", is: isSNS, read: readSNS},
		{name: "cloudwatch", is: isAlarm, read: readAlarm},
		{name: "chat", is: isChat, chat: chatMessage},
	}
}
