package awsenv

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// body is a request's body as the SDK's are: it can be written as a whole, and that
// is an error once it is closed. It lets net/http look at its end only then.
type body struct {
	content *strings.Reader
	once    sync.Once
	closed  chan struct{}
}

func (b *body) Read(p []byte) (int, error) {
	if b.content.Len() == 0 {
		<-b.closed
		return 0, io.EOF
	}
	return b.content.Read(p)
}

func (b *body) WriteTo(io.Writer) (int64, error) {
	<-b.closed
	return 0, io.EOF
}

func (b *body) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

func TestAnAnswerIsReadThoughTheRequestsBodyWasClosed(t *testing.T) {
	answer := strings.Repeat("x", 1<<20) // more than what is read ahead
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	b := &body{content: strings.NewReader("hello"), closed: make(chan struct{})}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, b)
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = int64(b.content.Len())
	res, err := SafeBody(awshttp.NewBuildableClient()).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = b.Close() // as the SDK does
	got, err := io.ReadAll(res.Body)
	if err != nil || string(got) != answer {
		t.Errorf("got %d bytes of the answer, %v, want all %d", len(got), err, len(answer))
	}
	_ = res.Body.Close() // was read
}
