package testkit

import (
	"context"
	"io"
	"net/http"
)

// GetPage returns the status and the body of a page, such as a bot's /readyz. accept is
// the media type to ask for; if it is empty, the server chooses. A status other than
// 200 is no error.
func GetPage(ctx context.Context, url, accept string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}
