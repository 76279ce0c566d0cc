package main

import (
	"time"

	"heraut/testkit"
)

const (
	newsSource = "depots"
	// firstNews is the delay from readiness to the first new repository, newsEvery
	// the interval between the others.
	firstNews, newsEvery = 20 * time.Second, 40 * time.Second
)

// The invented repositories: the known ones exist at the start, the new ones appear
// later.
var (
	knownRepositories = []testkit.Repository{
		{Name: "ville-de-brumelac/stationnements", Description: "Places libres dans les parcs de la ville", Language: "Go"},
		{Name: "observatoire-des-marees/courbes", Description: "Courbes de marées à partir des relevés", Language: "Python"},
		{Name: "archives-de-valombre/liseuse", Description: "Consultation d’archives numérisées", Language: "TypeScript"},
	}
	newRepositories = []testkit.Repository{
		{Name: "ville-de-brumelac/pistes-cyclables", Description: "Carte des pistes cyclables et de leurs travaux", Language: "Go"},
		{Name: "observatoire-des-marees/alerte-submersion", Description: "Prévient les communes littorales d’une submersion", Language: "Python"},
		{Name: "archives-de-valombre/paleographe", Description: "Aide à la lecture d’écritures anciennes", Language: "Python"},
		{Name: "ville-de-brumelac/cantines", Description: "Menus et inscriptions des cantines scolaires", Language: "PHP"},
		{Name: "conservatoire-des-haies/inventaire", Description: "Inventaire des haies d’après des photos aériennes", Language: "Rust"},
		{Name: "conservatoire-des-haies/replanter", Description: "Propose des essences selon le sol et le climat", Language: "R"},
		{Name: "archives-de-valombre/cadastre-ancien", Description: "Recale d’anciens plans sur la carte d’aujourd’hui", Language: "C++"},
		{Name: "observatoire-des-marees/houle", Description: "Modèle de houle pour les ports", Language: "Fortran"},
	}
)

// news is an HTTP server on this machine that publishes a list of repositories, for
// the demonstration. From time to time a repository is added.
type news struct {
	api  *testkit.RepositoryAPI
	done chan struct{}
}

// startNews starts the server of the list, which holds only the known repositories
// until publish runs. The caller stops it.
func startNews() *news {
	n := &news{api: testkit.StartRepositoryAPI(), done: make(chan struct{})}
	n.api.Publish(knownRepositories...)
	return n
}

// publish adds the new repositories to the list one by one, the first after firstNews
// and the others at intervals of newsEvery. It returns when none is left or stop is
// called.
func (n *news) publish() {
	wait := firstNews
	for _, r := range newRepositories {
		select {
		case <-n.done:
			return
		case <-time.After(wait):
		}
		n.api.Publish(r)
		wait = newsEvery
	}
}

// stop stops the server of the list, and makes publish return. Call it once only.
func (n *news) stop() {
	close(n.done)
	n.api.Close()
}
