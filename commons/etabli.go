package commons

import (
	"io"
	"time"
)

// parseEtabli reads the initiatives of Établi from r, which describe what the French
// administrations build. A deleted one becomes an entry that was withdrawn. The errors
// are those of parseList.
func parseEtabli(r io.Reader, s *Settings) (list, error) {
	isOne := func(e element) bool {
		return e["businessUseCases"] != nil || e["functionalUseCases"] != nil || e["repositories"] != nil && e["websites"] != nil
	}
	return parseList(r, s, "data", isOne, func(e element) draft {
		d := draft{id: e.text("id"), languages: s.inLanguage(e.text("description")), fromState: true}
		websites, repositories := e.texts("websites"), e.texts("repositories")
		d.code, d.page = firstOf(repositories), firstOf(append(websites, repositories...))
		if deleted := e.text("deletedAt"); deleted != "" {
			d.gone = true
			d.goneSince, _ = time.Parse(time.RFC3339, deleted) // an unknown time is zero
		}
		d.fields = map[string]any{
			"name": e.text("name"), "url": firstOf(websites), "addedTime": e.text("createdAt"), "updateTime": e.text("updatedAt"),
			"keywords": anyOf(append(e.texts("businessUseCases"), e.texts("functionalUseCases")...)), "programmingLanguages": anyOf(e.texts("tools")),
		}
		return d
	})
}

func firstOf(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

func anyOf(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}
