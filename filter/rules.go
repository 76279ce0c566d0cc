package filter

import "heraut/catalogue"

// The rules that exclude repositories by default.
const (
	RuleFork     = "fork"
	RuleArchived = "archived"
	RuleTemplate = "template"
	RuleMirror   = "mirror"
	RuleEmpty    = "empty"
	RulePersonal = "personal" // in a person's own namespace
	RuleGone     = "gone"     // hidden or removed, according to the source
)

// namedBy maps rules to the fields that lift them.
var namedBy = map[string]Field{RuleFork: Fork, RuleArchived: Archived}

// RulesOf returns the names of the default rules that exclude a repository, for example
// because it is a fork, unless a filter asks for such repositories. For most
// repositories there are none.
func RulesOf(r *catalogue.Repository) (rules []string) {
	for _, rule := range []struct {
		name  string
		holds bool
	}{
		{RuleGone, r.Status != ""},
		{RulePersonal, r.Personal},
		{RuleFork, r.Fork},
		{RuleMirror, r.Mirror},
		{RuleTemplate, r.Template},
		{RuleEmpty, r.Empty},
		{RuleArchived, r.Archived},
	} {
		if rule.holds {
			rules = append(rules, rule.name)
		}
	}
	return rules
}
