package commons

import (
	"io"
	"time"
)

// parseBetaGouv reads the products of beta.gouv.fr from r: JSON:API objects of the type
// "startup". A product whose phase is "alumni" is abandoned. The errors are those of
// parseList.
func parseBetaGouv(r io.Reader, s *Settings) (list, error) {
	isOne := func(e element) bool {
		return e.sub("attributes")["phases"] != nil || e.sub("attributes")["pitch"] != nil
	}
	return parseList(r, s, "data", isOne, func(e element) draft {
		a := e.sub("attributes")
		d := draft{
			id: e.text("id"), code: a.text("repository"), page: "https://beta.gouv.fr/startups/" + e.text("id") + ".html",
			contacts: []string{a.text("contact")}, languages: s.inLanguage(a.text("pitch")), fromState: true,
		}
		var started string
		d.phase, started = phaseAt(a.list("phases"), time.Now())
		d.abandoned = d.phase == "alumni"
		d.fields = map[string]any{
			"name": a.text("name"), "url": a.text("link"), "keywords": append(a.list("thematiques"), a.list("usertypes")...),
			"programmingLanguages": a["technos"], "updateTime": started, "runtimePlatforms": []any{"cloud"},
			"authors": organizations([]any{map[string]any{"name": e.sub("relationships").sub("incubator").sub("data").text("id")}}),
		}
		return d
	})
}

// phaseAt returns the name of the latest phase of a project that has begun by now, and
// its first day as «2026-09-01». Both are empty if none has begun.
func phaseAt(phases []any, now time.Time) (name, since string) {
	for _, v := range phases {
		phase := asElement(v)
		start := phase.text("start")
		if start >= since && start <= now.Format(time.DateOnly) {
			name, since = phase.text("name"), start
		}
	}
	return name, since
}
