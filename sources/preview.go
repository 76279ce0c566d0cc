package sources

import (
	"time"

	"heraut/catalogue"
)

// NewsOfRepository returns the news by which the bot would announce the repository r
// first seen at now: as created if it is at most 30 days old, or else as listed.
func NewsOfRepository(r *catalogue.Repository, now time.Time) Fresh {
	return freshRepository(repositoryItem(r), now)
}

// NewsOfSoftware returns the news by which the bot would announce a software of the
// catalogue first seen at now: as withdrawn, or else as added.
func NewsOfSoftware(s *catalogue.Software, now time.Time) Fresh {
	return eventsOf(s, now)[0].Fresh
}
