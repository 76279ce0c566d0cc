package sources

import (
	"time"

	"heraut/catalogue"
)

// NewsOfRepository returns the news by which the bot would announce a repository first
// seen at now.
func NewsOfRepository(r *catalogue.Repository, now time.Time) Fresh {
	return freshRepository(repositoryItem(r), now)
}

// NewsOfSoftware returns the news by which the bot would announce a software of the
// catalogue first seen at now: as withdrawn, or else as added.
func NewsOfSoftware(s *catalogue.Software, now time.Time) Fresh {
	return eventsOf(s, now)[0].Fresh
}
