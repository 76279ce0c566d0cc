package announce

import (
	"cmp"
	"context"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/sources"
)

// renamedWithin is how long after an announcement a correction shows the new name of a
// renamed repository.
const renamedWithin = 7 * 24 * time.Hour

// correct compares the items that were announced (d.followed) with the source's present
// form of them, stores that form, and edits the messages that are no longer right.
// People can no longer search for a repository that is gone: correct deletes it from
// the store of repositories. A missing item whose code host is out of order stays as it
// is.
func (d *decision) correct(ctx context.Context) error {
	var changed []int64
	for _, n := range d.followed {
		reading, ok := d.batch.Again[n.Item.Key]
		if !ok {
			continue
		}
		n.Checked = d.now
		if !reading.Missing() || !d.outageOf(n.Item) {
			if n.revise(reading, d.now) {
				changed = append(changed, n.ID)
			}
			if reading.Gone && n.Item.Repository != nil {
				if err := d.announcer.store.RemoveRepositories(ctx, []catalogue.Repository{*n.Item.Repository}); err != nil {
					return err
				}
			}
		}
		if err := d.announcer.store.SaveNews(ctx, n); err != nil {
			return err
		}
	}
	return d.announcer.edit(ctx, changed)
}

// revise updates the announced item n from r, a new reading of its source at now: the
// text of an entry, whether a software or a repository is gone (a repository that was
// archived since counts as gone), and a repository's fields and former name. It reports
// whether the messages about the item have to be edited: the title or the address of an
// entry changed, the item is gone or is back, or a repository got another name within
// renamedWithin after its announcement. A new description alone is no reason. The
// caller saves n.
func (n *News) revise(r sources.Reading, now time.Time) (changed bool) {
	before, old := *n, n.Item.Repository
	switch n.Item.Kind {
	case sources.KindEntry:
		item := n.Item // a correction keeps the first date
		item.Title, item.URL, item.Summary, item.From = r.Item.Title, r.Item.URL, r.Item.Summary, r.Item.From
		n.reread(item, now)
		return item.Title != before.Item.Title || item.URL != before.Item.URL
	case sources.KindSoftware:
		if n.Gone = ""; r.Gone {
			n.Gone = GoneWithdrawn
		}
		return n.Gone != before.Gone
	}
	if r.Missing() {
		n.Gone = GoneRemoved
		return n.Gone != before.Gone
	}
	archived := r.Item.Repository.Archived
	if archived && (n.Gone == GoneArchived || !old.Archived) {
		n.Gone = GoneArchived
	} else {
		n.Gone = ""
	}
	n.reread(r.Item, now)
	renamed := !strings.EqualFold(n.Item.Repository.FullName, old.FullName)
	if renamed && !n.AnnouncedAt.IsZero() && now.Sub(n.AnnouncedAt) <= renamedWithin {
		n.Formerly = cmp.Or(n.Formerly, old.FullName)
		if strings.EqualFold(n.Formerly, n.Item.Repository.FullName) {
			n.Formerly = "" // the first name is back
		}
	}
	return n.Gone != before.Gone || renamed && (n.Formerly != "" || before.Formerly != "")
}
