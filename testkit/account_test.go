package testkit

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// An account that a busy homeserver made without a login is used all the same.
func TestRegisterOnABusyHomeserver(t *testing.T) {
	posts := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := map[string]string{"nonce": "n", "user_id": "@a:heraut.test", "access_token": "token", "device_id": "D"}
		if r.Method == http.MethodPost && r.URL.Path == "/_synapse/admin/v1/register" {
			posts++
			answer = map[string]string{"errcode": "M_UNKNOWN", "error": "database is locked"}
			w.WriteHeader(http.StatusInternalServerError)
			if posts > 1 {
				answer["errcode"] = "M_USER_IN_USE"
			}
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(server.Close)
	h := &Homeserver{URL: server.URL, Name: ServerName}
	user, token, err := h.register(t.Context(), "a", "password", false)
	if err != nil || user != "@a:heraut.test" || token != "token" || posts != 2 {
		t.Errorf("got %s, %s, %v after %d tries", user, token, err, posts)
	}
}
