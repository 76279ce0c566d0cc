package commands_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
	"heraut/webhook"
)

var secretAddress = regexp.MustCompile(`https://robot\.example\.org(/h/[a-z0-9]{26})`)

// A moderator creates, tries, changes and removes a hook; its address goes to the
// moderator alone.
func TestWebhooks(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		status := func(path string) int {
			w := httptest.NewRecorder()
			k.hooks.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader("essai")))
			return w.Code
		}
		address := func() string {
			t.Helper()
			for i := len(k.posts) - 1; i >= 0; i-- {
				if m := secretAddress.FindStringSubmatch(k.posts[i].HTML); m != nil {
					if k.posts[i].Room != direct {
						t.Errorf("the address is shown in %s", k.posts[i].Room)
					}
					return m[1]
				}
			}
			t.Fatal("no address was given")
			return ""
		}
		k.must(chat.LevelMember, salon, "!webhook creer ci", "Seuls les modérateurs")
		k.must(chat.LevelModerator, salon, "!webhook", "Ce salon n’a pas de webhook")
		k.must(chat.LevelModerator, salon, "!webhook creer ci", "Écrivez-moi d’abord en message direct")
		k.in(chat.Room{ID: direct, Direct: true, InvitedBy: camille, Members: 2})
		k.must(chat.LevelModerator, salon, "!webhook creer a/b", "ne peut pas être un nom")
		k.must(chat.LevelModerator, salon, "!webhook creer ci", "C’est fait : le webhook ci publie dans ce salon")
		first := address()
		if status(first) != 200 {
			t.Error("the address does not work")
		}
		k.must(chat.LevelModerator, salon, "!webhook creer CI", "a déjà un webhook")
		k.must(chat.LevelModerator, salon, "!webhook", "ci , de "+string(camille)+", servi le")
		k.must(chat.LevelModerator, salon, "!webhook tester ci", "Un message d’essai passe")
		k.must(chat.LevelModerator, salon, "!webhook pause ci", "En pause")
		if status(first) != 404 {
			t.Error("a paused hook answers")
		}
		k.must(chat.LevelModerator, salon, "!webhook", "en pause")
		k.must(chat.LevelModerator, salon, "!webhook reprendre ci", "accepte de nouveau")
		k.must(chat.LevelModerator, salon, "!webhook renouveler ci", "une nouvelle adresse")
		second := address()
		if second == first || status(first) != 404 || status(second) != 200 {
			t.Error("the address was not renewed")
		}
		k.must(chat.LevelModerator, salon, "!webhook signature ci", "requêtes signées")
		if status(second) != 403 {
			t.Error("a request without a signature is accepted")
		}
		k.must(chat.LevelModerator, salon, "!webhook signature ci aucune", "sans signature")
		k.must(chat.LevelOperator, direct, "!bot journal", "webhook, « ci », puis « ci (sans signature) »")
		k.must(chat.LevelMember, direct, "!mes-donnees", "un webhook que vous avez créé, « ci »")
		all, err := k.hooks.Store.Hooks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for waiting := 0; err == nil && waiting < webhook.MaxWaiting+10; waiting++ {
			_, err = k.hooks.Store.AddDelivery(t.Context(), webhook.Delivery{Hook: all[0].ID}, "", time.Time{})
		}
		if !errors.Is(err, webhook.ErrFull) {
			t.Errorf("filling a hook ends with %v", err)
		}
		k.must(chat.LevelModerator, salon, "!webhook tester ci", "Le webhook ci est plein pour l’instant")
		k.must(chat.LevelModerator, salon, "!webhook retirer autre", "n’a pas de webhook « autre »")
		k.must(chat.LevelModerator, salon, "!webhook retirer ci", "Retiré : le webhook ci")
		if status(second) != 404 {
			t.Error("a removed hook answers")
		}
	})
}

// The bot sends secrets of an encrypted room only in an encrypted direct message.
func TestWebhookSecretsAreEncryptedLikeTheRoom(t *testing.T) {
	talking(t, commands.Limits{}, func(t *testing.T, k *talk) {
		k.in(chat.Room{ID: direct, Direct: true, InvitedBy: camille, Members: 2})
		e := said(chat.LevelModerator, salon, "!webhook creer ci")
		e.Trust = chat.TrustVerified
		if got := bare(k.answer(k.happen(e)).HTML); !strings.Contains(got, "conversation directe ne l’est pas") {
			t.Error(got)
		}
		k.in(chat.Room{ID: direct, Direct: true, InvitedBy: camille, Members: 2, Encrypted: true})
		e.Message = &chat.Message{Body: "!webhook creer ci"}
		if got := bare(k.answer(k.happen(e)).HTML); !strings.Contains(got, "C’est fait") {
			t.Error(got)
		}
	})
}
