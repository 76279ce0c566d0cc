package webhook

import (
	"net/http"
	"testing"
)

// The request and its signature are the example of the Standard Webhooks
// specification's own libraries: the secret is base64 behind «whsec_».
func TestStandardWebhooksSignature(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	header := http.Header{}
	header.Set("Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set("Webhook-Timestamp", "1614265330")
	header.Set("Webhook-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	body := []byte(`{"test": 2432232314}`)
	if !signed(header, body, secret) {
		t.Error("a request with the right signature is refused")
	}
	if signed(header, []byte(`{"test": 2432232315}`), secret) {
		t.Error("another body passes with the same signature")
	}
}
