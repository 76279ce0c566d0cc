package text

import "regexp"

// wordJoiner shows as nothing, and breaks a word that a client would act on.
const wordJoiner = "\u2060"

var (
	everybody = regexp.MustCompile(`(?i)\B@(room)\b`)
	// Markup between the letters is no obstacle: the text that clients match against
	// has none.
	everybodyInHTML = regexp.MustCompile(`(?i)\B@((?:<[^>]*>)*r(?:<[^>]*>)*o(?:<[^>]*>)*o(?:<[^>]*>)*m)\b`)
)

// PingNobody returns the plain text s with every «@room» broken by an invisible
// character: push rules ring everybody in a room on that word (Matrix
// specification, .m.rule.roomnotif).
func PingNobody(s string) string { return everybody.ReplaceAllString(s, "@"+wordJoiner+"$1") }

// PingNobodyHTML is PingNobody for HTML, also where tags stand between the letters.
func PingNobodyHTML(s string) string {
	return everybodyInHTML.ReplaceAllString(s, "@"+wordJoiner+"$1")
}

// PingsEverybody reports whether the plain text s holds «@room».
func PingsEverybody(s string) bool { return everybody.MatchString(s) }
