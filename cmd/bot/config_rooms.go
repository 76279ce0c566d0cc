package main

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"heraut/agenda"
	"heraut/relay"
	"heraut/schedule"
)

// settleByDefault is how long the items of a kind of source rest before their
// announcement; the kinds that are not listed announce at once. The bot rereads a
// repository before it announces it, since some disappear soon after they appear.
var settleByDefault = map[string]time.Duration{"ecosystems": 6 * time.Hour, "repositories": 6 * time.Hour}

var everyByDefault = map[string]time.Duration{
	"ecosystems": 15 * time.Minute, "repositories": 2 * time.Hour, "sill": 2 * time.Hour, "catalogue": 2 * time.Hour, "feed": 30 * time.Minute,
	"calendar": time.Hour,
}

var shortName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func (r *reader) checkSources(c *Config) {
	names := map[string]bool{}
	for i := range c.Sources {
		s, at := &c.Sources[i], item("sources", i)
		r.shortName(at+".name", s.Name, names)
		oneOf(r, at+".kind", s.Kind, "ecosystems", "repositories", "sill", "catalogue", "feed", "calendar")
		switch {
		case s.Kind == "catalogue":
			if !slices.ContainsFunc(c.Catalogues, func(o OtherCatalogue) bool { return o.Name == s.Name }) {
				r.fault(at+".name", fmt.Sprintf("%s n’est le nom d’aucun catalogue ; prenez un nom donné sous catalogues", said(s.Name)))
			}
			if s.URL != "" {
				r.fault(at+".url", "un catalogue a déjà son adresse sous catalogues ; retirez url")
			}
		case s.Kind == "sill" && s.URL == "":
			s.URL = c.Catalogue.SILL.URL
		case slices.Contains([]string{"repositories", "sill", "calendar"}, s.Kind):
			r.place(at+".url", &s.URL)
		default:
			r.webAddress(at+".url", s.URL)
		}
		if !r.has(at + ".every") {
			s.Every = max(everyByDefault[s.Kind], time.Second)
		}
		if !r.has(at + ".settle") {
			s.Settle = settleByDefault[s.Kind]
		}
		r.atLeast(at+".every", s.Every, time.Second)
	}
}

func (r *reader) checkRooms(c *Config) {
	seen := map[string]bool{}
	for i := range c.Rooms {
		room, at := &c.Rooms[i], item("rooms", i)
		r.room(at+".room", room.Room)
		if seen[room.Room] {
			r.fault(at+".room", fmt.Sprintf("« %s » est déjà dans la liste ; gardez une seule des deux entrées", room.Room))
		}
		seen[room.Room] = true
		r.checkSettings(at, room, c)
		r.checkRoomCatalogues(at, room.Catalogues, c)
		if room.Visio != "" && !slices.ContainsFunc(c.Visio, func(v Visio) bool { return v.Name == room.Visio }) {
			r.fault(at+".visio", fmt.Sprintf("%s n’est le nom d’aucun service de visio ; prenez un nom donné sous visio", said(room.Visio)))
		}
		for j := range room.Watches {
			r.checkWatch(item(at+".watches", j), &room.Watches[j], c.Sources)
		}
	}
}

// checkSettings records in r the faults of the settings that the file gives the room:
// language, prefix, quiet hours and moderators' level. at is the key of the room. It
// writes room.Quiet in its canonical form.
func (r *reader) checkSettings(at string, room *Room, c *Config) {
	if r.has(at + ".language") {
		oneOf(r, at+".language", room.Language, r.languages.Codes()...)
	}
	if r.has(at + ".prefix") {
		r.checkPrefix(at+".prefix", room.Prefix)
	}
	if r.has(at + ".quiet") {
		quiet, err := schedule.ParseQuiet(room.Quiet, c.Timezone)
		if err != nil {
			r.fault(at+".quiet", fmt.Sprintf("%s : une ou deux plages, weekends, feries et des dates sont attendus, par exemple \"20:00-08:00 weekends feries\", ou aucun", said(room.Quiet)))
		}
		room.Quiet = quiet.String()
	}
	if r.has(at+".moderator") && (room.Moderator < 1 || room.Moderator > 100) {
		r.fault(at+".moderator", "un niveau de 1 à 100 est attendu ; les modérateurs d’un salon ont d’ordinaire 50")
	}
}

// checkWatch records in r the faults of a watch, whose source must be one of sources.
// at is the key of the watch. It writes watch.Remind in its canonical form.
func (r *reader) checkWatch(at string, watch *Watch, sources []Source) {
	i := slices.IndexFunc(sources, func(s Source) bool { return s.Name == watch.Source })
	if watch.Remind != "" {
		leads, err := agenda.ParseLeads(watch.Remind)
		switch {
		case err != nil:
			r.fault(at+".remind", fmt.Sprintf("%s : des rappels sont attendus, par exemple \"veille,1h\"", said(watch.Remind)))
		case i >= 0 && sources[i].Kind != "calendar":
			r.fault(at+".remind", fmt.Sprintf("%s n’est pas un calendrier ; retirez remind", said(watch.Source)))
		}
		watch.Remind = agenda.LeadsText(leads)
	}
	if i < 0 {
		r.fault(at+".source", fmt.Sprintf("%s n’est le nom d’aucune source ; prenez un nom donné sous sources", said(watch.Source)))
	}
}

func (r *reader) checkQuiet(q Quiet) {
	if _, _, ok := schedule.ParseNight(q.Nights); !ok {
		r.fault("quiet.nights", fmt.Sprintf("%s : deux heures sont attendues, par exemple \"20:00-08:00\", ou \"\" pour ne rien taire la nuit", said(q.Nights)))
	}
}

func (r *reader) checkRelays(c *Config) {
	names := map[string]bool{}
	for i, one := range c.Relays {
		at := item("relays", i)
		r.shortName(at+".name", one.Name, names)
		if len(one.From) == 0 {
			r.fault(at+".from", "un salon au moins est attendu, par exemple [\"#bluehats:example.org\"]")
		}
		for j, from := range one.From {
			if from == string(relay.Direct) {
				continue
			}
			r.room(item(at+".from", j), from)
			if from == one.To {
				r.fault(at+".to", "un salon ne peut pas se relayer vers lui-même ; donnez un autre salon")
			}
		}
		r.room(at+".to", one.To)
	}
}

// maxRemindAfter bounds the working hours before a reminder to the experts.
const maxRemindAfter = 1000 * time.Hour

// maxFileMiB is the largest bound for the size of files between rooms.
const maxFileMiB = 100

// checkQuestions records in r the faults of the settings q of questions, and writes
// q.List, the rhythm of the list, in its canonical form; «jeudi 11:00» counts as
// weekly.
func (r *reader) checkQuestions(q *Questions) {
	if q.RemindAfter > maxRemindAfter {
		r.fault("questions.remind_after", "la durée est trop longue ; 1000h ouvrées au plus, par exemple 8h")
	}
	if q.Files.MaxMiB < 1 || q.Files.MaxMiB > maxFileMiB {
		r.fault("questions.files.max_mib", fmt.Sprintf("un nombre de 1 à %d est attendu, par exemple 10", maxFileMiB))
	}
	if q.PurgeAfter < 24*time.Hour {
		r.fault("questions.keep", "la durée est trop courte ; 1d au moins, par exemple 90d")
	}
	if q.List != "" {
		rhythm, err := schedule.ParseRhythm(q.List)
		if err != nil {
			rhythm, err = schedule.ParseRhythm("hebdo " + q.List)
		}
		if err != nil || rhythm.IsImmediate() {
			r.fault("questions.list", fmt.Sprintf("%s : un jour et une heure sont attendus, par exemple \"jeudi 11:00\" ou \"quotidien 09:00\", ou \"\" pour ne rien lister", said(q.List)))
			return
		}
		q.List = rhythm.String()
	}
}

// shortName checks a name that people type in commands. It records a fault at path
// unless name consists of small letters a to z, digits and hyphens and does not begin
// with a hyphen, or if others has it already. In every case it adds name to others.
func (r *reader) shortName(path, name string, others map[string]bool) {
	switch {
	case !shortName.MatchString(name):
		r.fault(path, fmt.Sprintf("%s : un nom court est attendu, en minuscules sans accent, par exemple depots", said(name)))
	case others[name]:
		r.fault(path, fmt.Sprintf("%s est déjà pris ; donnez un autre nom", said(name)))
	}
	others[name] = true
}

func (r *reader) room(path, room string) {
	if !validRoom(room) {
		r.fault(path, fmt.Sprintf("%s n’est ni une adresse de salon (\"#salon:example.org\") ni un identifiant de salon (\"!abc:example.org\")", said(room)))
	}
}

// has reports whether the configuration file gives a value at path; false means that
// the default stands.
func (r *reader) has(path string) bool {
	_, ok := r.lines[path]
	return ok
}
