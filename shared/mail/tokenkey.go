package mail

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"foyer/shared/api"
)

// keyring has the versions of the key of mail tokens that this process has read.
type keyring struct {
	mu       sync.Mutex
	secrets  *secretsmanager.Client
	name     string
	current  string
	versions map[string][]byte
}

func keys(env *api.Env) *keyring {
	return api.Resource(env, "mailtokenkey", func(e *api.Env) *keyring {
		return &keyring{secrets: secretsmanager.NewFromConfig(e.AWS), name: e.Config.MailTokenKey, versions: map[string][]byte{}}
	})
}

// Current is the version that new mails use, as this process first read it.
func (k *keyring) Current(ctx context.Context) (version string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current == "" {
		if k.current, _, err = k.read(ctx, nil); err != nil {
			return "", err
		}
	}
	return k.current, nil
}

// Key is the key of that version; of the current one where that version is gone,
// which makes another link, as good as the first.
func (k *keyring) Key(ctx context.Context, version string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.versions[version]; ok {
		return key, nil
	}
	_, key, err := k.read(ctx, &version)
	var gone *types.ResourceNotFoundException
	if errors.As(err, &gone) {
		_, key, err = k.read(ctx, nil)
	}
	return key, err
}

func (k *keyring) read(ctx context.Context, version *string) (string, []byte, error) {
	res, err := k.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &k.name, VersionId: version})
	if err != nil {
		return "", nil, fmt.Errorf("key of mail tokens: %w", err)
	}
	key := []byte(aws.ToString(res.SecretString))
	if len(key) < 32 {
		return "", nil, errors.New("key of mail tokens: shorter than 32 characters")
	}
	id := aws.ToString(res.VersionId)
	k.versions[id] = key
	return id, key, nil
}
