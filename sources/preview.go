package sources

import (
	"time"

	"heraut/catalogue"
)

// NewsOfRepository returns what is news of a repository that nobody has seen
// before now.
func NewsOfRepository(r *catalogue.Repository, now time.Time) Fresh {
	return freshRepository(repositoryItem(r), now)
}

// NewsOfSoftware returns what is news of a software that nobody has seen before
// now: that it was withdrawn, or else that it was referenced.
func NewsOfSoftware(s *catalogue.Software, now time.Time) Fresh {
	return eventsOf(s, now)[0].Fresh
}
