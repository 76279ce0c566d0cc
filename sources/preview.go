package sources

import (
	"time"

	"heraut/catalogue"
)

// NewsOfRepository returns the news of a repository first seen now.
func NewsOfRepository(r *catalogue.Repository, now time.Time) Fresh {
	return freshRepository(repositoryItem(r), now)
}

// NewsOfSoftware returns the news of a software first seen now: its withdrawal, or else
// its referencing.
func NewsOfSoftware(s *catalogue.Software, now time.Time) Fresh {
	return eventsOf(s, now)[0].Fresh
}
