package sources

import (
	"time"

	"heraut/catalogue"
)

// NewsOfRepository returns the news of a repository first seen now.
func NewsOfRepository(r *catalogue.Repository, now time.Time) Fresh {
	return freshRepository(repositoryItem(r), now)
}

// NewsOfSoftware returns the news that the SILL would give of s if the bot saw it for
// the first time at now: that it was withdrawn, or else that it was added.
func NewsOfSoftware(s *catalogue.Software, now time.Time) Fresh {
	return eventsOf(s, now)[0].Fresh
}
