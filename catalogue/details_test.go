package catalogue

import (
	"reflect"
	"testing"
	"time"
)

// All fields of an element in the format of October 2026 are read.
func TestReadDetails(t *testing.T) {
	s := one(t, `{"id": 7, "name": {"fr": "Peintre", "en": "Painter"}, "description": {"fr": "Dessin"},
		"addedTime": "2020-01-01T00:00:00.000Z", "dateCreated": "1998-05-06",
		"keywords": [{"fr": "dessin", "en": "drawing"}, {"en": "canvas"}, "toile", {"id": "Q1", "numeric-id": 1, "entity-type": "item"}],
		"programmingLanguages": ["C++", "c++", ""], "runtimePlatforms": ["cloud", "desktop", "toaster"],
		"operatingSystems": {"windows": true, "linux": false},
		"customAttributes": {"doRespectRgaa": false, "versionMin": "2", "hasDpia": true, "seats": 12, "note": "x", "empty": null},
		"hasExpertReferent": true,
		"userAndReferentCountByOrganization": {"DINUM": {"userCount": 3, "referentCount": 1}, "other": {"userCount": 2, "referentCount": 0},
			"06": {"userCount": 1, "referentCount": 1}, "compte à supprimer 12": {"userCount": 1}, "a": {"userCount": 4}},
		"instances": [
			{"id": 1, "mainSoftwareSillId": 7, "organization": "DINUM", "targetAudience": "Tous les agents", "instanceUrl": "https://p.example.org/", "isPublic": false},
			{"id": 2, "organization": "other", "targetAudience": "", "publicUrl": "https://q.example.org/"}],
		"authors": [
			{"@type": "Person", "name": "Ada Exemple", "url": "https://a.example.org/", "affiliations": [{"@type": "Organization", "name": "INRIA"}]},
			{"@type": "Organization", "name": "Fondation Peintre"}, {"id": "Q5", "name": "Bob Ancien"}, {"name": "Ada Exemple"}],
		"providers": [{"@type": "Organization", "name": "compte à supprimer 493", "url": ""},
			{"name": "Atelier", "url": "https://atelier.example.org/", "parentOrganizations": [
				{"name": "Groupe", "parentOrganizations": [{"name": "Holding"}, {"name": "Groupe"}]}, {"name": "Région"}]}],
		"referencePublications": [{"@type": "ScholarlyArticle", "@id": "hal-01", "headline": "Peindre",
			"identifiers": [{"@type": "PropertyValue", "value": "10.1000/182", "additionalType": "Article"}]}],
		"externalId": "Q42", "sourceSlug": "wikidata",
		"identifiers": [
			{"value": "72", "url": "https://comptoir-du-libre.org/fr/softwares/72", "subjectOf": {"name": "Comptoir du libre", "additionalType": "ComptoirDuLibre"}},
			{"value": "peintre", "url": "https://framalibre.org/notices/peintre", "name": "ID on FramaLibre"},
			{"value": "Q42", "url": "https://www.wikidata.org/wiki/Q42"}],
		"repoMetadata": {"healthCheck": {"lastCommit": {"dateCreated": "2023-10-05T00:00:00Z"}, "lastClosedIssue": {"dateModified": "2023-09-01"},
			"lastClosedIssuePullRequest": {"dateModified": "2023-08-01T10:00:00.000Z"}}},
		"status": {"name": "archived", "changed": {"reason": "Abandonné", "time": "2026-10-02T00:00:00Z"}},
		"statusHistory": [{"name": "archived", "changed": {"reason": "Abandonné", "time": "2026-10-02T00:00:00Z"}},
			{"name": "published", "time": "2020-01-01T00:00:00Z"}]}`)
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	checks := map[string]struct{ got, want any }{
		"other names": {s.OtherNames, []string{"Painter"}},
		"keywords":    {s.Keywords, []string{"dessin", "canvas", "toile"}},
		"in English":  {s.EnglishKeywords, []string{"drawing"}},
		"created":     {s.Created, day(1998, 5, 6)},
		"programming": {s.ProgrammingLanguages, []string{"C++"}},
		"platforms":   {s.Platforms, []Platform{Windows, Web}},
		"runtimes":    {s.Runtimes, []Runtime{Desktop, Cloud}},
		"RGAA":        {s.RGAA, No},
		"attributes":  {s.Attributes, []Attribute{{"hasDpia", "true"}, {"note", "x"}, {"seats", "12"}}},
		"minimal":     {s.MinVersion, "2"},
		"expert":      {s.HasExpert, true},
		"users":       {s.Organizations, []Organization{{"DINUM", 3, 1}}},
		"other users": {[]int{s.OtherUsers, s.OtherReferents, s.Users(), s.Referents()}, []int{8, 1, 11, 2}},
		"instances": {s.Instances, []Instance{
			{Organization: "DINUM", Audience: "Tous les agents", URL: "https://p.example.org/"},
			{URL: "https://q.example.org/", Public: true}}},
		"authors": {s.Authors, []Author{
			{Name: "Ada Exemple", URL: "https://a.example.org/", Affiliations: []string{"INRIA"}},
			{Name: "Fondation Peintre", Organization: true}, {Name: "Bob Ancien", URL: "https://www.wikidata.org/wiki/Q5"}}},
		"providers":    {s.Providers, []Provider{{"Atelier", "https://atelier.example.org/", []string{"Groupe", "Région", "Holding"}}}},
		"publications": {s.Publications, []Publication{{"Peindre", "https://doi.org/10.1000/182"}}},
		"identifiers": {s.Identifiers, []Identifier{
			{SourceComptoir, "72", "https://comptoir-du-libre.org/fr/softwares/72"},
			{SourceFramalibre, "peintre", "https://framalibre.org/notices/peintre"},
			{SourceWikidata, "Q42", "https://www.wikidata.org/wiki/Q42"}}},
		"activity": {*s.Activity, Activity{day(2023, 10, 5), day(2023, 9, 1), time.Date(2023, 8, 1, 10, 0, 0, 0, time.UTC)}},
		"status":   {s.Status, "archived"},
		"history": {s.History, []StatusChange{
			{Status: "published", Time: day(2020, 1, 1)}, {Status: "archived", Time: day(2026, 10, 2), Reason: "Abandonné"}}},
		"withdrawn": {*s.Withdrawn, Withdrawal{Reason: "Abandonné", Time: day(2026, 10, 2)}},
	}
	for name, c := range checks {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, c.got, c.want)
		}
	}
	if id, ok := s.Identifier(SourceFramalibre); !ok || id.Value != "peintre" {
		t.Errorf("Framalibre: got %+v, %v", id, ok)
	}
	if id, ok := s.Identifier(SourceCNLL); ok {
		t.Errorf("CNLL: got %+v", id)
	}
}
