package endtoend

import (
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heraut/testkit"
)

// introduced starts a bot whose configuration names and pictures its account, behind a
// proxy with these rules.
func introduced(t *testing.T, rules ...testkit.Rule) (*testkit.Homeserver, testkit.Account, *testkit.Proxy, *testkit.Bot) {
	t.Helper()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	for _, rule := range rules {
		proxy.Add(rule)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "heraut.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	account := hs.Account(t, "heraut")
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: proxy.URL, Account: account,
		Set: map[string]any{"matrix.display_name": "Héraut du libre", "matrix.avatar": file.Name()},
	})
	return hs, account, proxy, bot
}

var uploads = testkit.On(http.MethodPost, `/media/(v3|r0)/upload`)

// TestProfile starts the bot twice: it names and pictures its account once.
func TestProfile(t *testing.T) {
	hs, account, proxy, bot := introduced(t)
	agent := hs.Person(t, "agent", testkit.ClientOptions{})
	profile, err := agent.GetProfile(t.Context(), account.UserID)
	if err != nil || profile.DisplayName != "Héraut du libre" || profile.AvatarURL.IsEmpty() {
		t.Fatalf("the bot's profile is %+v, %v", profile, err)
	}
	picture, err := agent.DownloadBytes(t.Context(), profile.AvatarURL)
	if err != nil || http.DetectContentType(picture) != "image/png" {
		t.Errorf("the picture is %q, %v", http.DetectContentType(picture), err)
	}
	bot.Restart(t)
	after, err := agent.GetProfile(t.Context(), account.UserID)
	if err != nil || after.AvatarURL != profile.AvatarURL {
		t.Errorf("after a restart the picture is %v, not %v, %v", after.AvatarURL, profile.AvatarURL, err)
	}
	if n := len(proxy.Requests(uploads)); n != 1 {
		t.Errorf("the picture was uploaded %d times", n)
	}
}

// TestForbiddenProfile starts the bot on a server that keeps profiles to itself, as
// Tchap does.
func TestForbiddenProfile(t *testing.T) {
	const forbidden = `{"errcode":"M_FORBIDDEN","error":"Changing profiles is disabled"}`
	_, _, proxy, bot := introduced(t,
		testkit.Rule{Name: "profile", Match: testkit.On(http.MethodPut, `/profile/`), Do: func(x *testkit.Exchange) {
			x.Deliver(testkit.Response{Status: http.StatusForbidden, Body: []byte(forbidden)})
		}},
		testkit.Rule{Name: "capabilities", Match: testkit.On(http.MethodGet, `/capabilities`), Do: func(x *testkit.Exchange) {
			x.Deliver(testkit.Response{Status: http.StatusOK, Body: []byte(`{"capabilities":{"m.set_avatar_url":{"enabled":false}}}`)})
		}})
	for _, said := range []string{"matrix.display_name", "matrix.avatar"} {
		if n := strings.Count(bot.Log(), said); n != 1 {
			t.Errorf("the log names %s %d times", said, n)
		}
	}
	if n := len(proxy.Requests(uploads)); n != 0 {
		t.Errorf("the picture was uploaded %d times", n)
	}
}
