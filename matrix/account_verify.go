package matrix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.mau.fi/util/random"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/ssss"
	"maunium.net/go/mautrix/crypto/utils"
	"maunium.net/go/mautrix/id"
)

// verifyDevice signs the bot's device with the account's own keys (cross-signing), since
// clients exclude unsigned devices from encrypted rooms, and records for Verified that
// the device is signed. own are the published keys. If they show that the device is
// signed already, verifyDevice signs nothing. If the account has no keys, it makes them;
// if it has, it opens them with the recovery key. It never replaces keys. The error
// wraps ErrNoRecoveryKey, ErrWrongRecoveryKey or ErrResetNeeded where the operator can
// help; any other is that of a file or a request.
func (c *Client) verifyDevice(ctx context.Context, own publishedKeys) error {
	if !own.signed {
		var err error
		if own.master == "" {
			err = c.makeVerificationKeys(ctx)
		} else {
			err = c.verifyWithRecoveryKey(ctx, own.master)
		}
		if err != nil {
			return err
		}
	}
	c.verified.Store(true)
	return nil
}

func (c *Client) verifyWithRecoveryKey(ctx context.Context, master id.Ed25519) error {
	recoveryKey, err := c.readRecoveryKey()
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w (%s)", ErrNoRecoveryKey, c.config.RecoveryKeyFile)
	} else if err != nil {
		return err
	}
	err = c.mach.VerifyWithRecoveryKey(ctx, recoveryKey)
	switch {
	case errors.Is(err, ssss.ErrIncorrectSSSSKey), errors.Is(err, ssss.ErrInvalidRecoveryKey),
		errors.Is(err, ssss.ErrKeyDataMACMismatch), errors.Is(err, ssss.ErrNotEncryptedForKey),
		errors.Is(err, ssss.ErrNoDefaultKeyID), errors.Is(err, mautrix.MNotFound):
		return fmt.Errorf("%w (%s): %w", ErrWrongRecoveryKey, c.config.RecoveryKeyFile, err)
	case err != nil:
		return fmt.Errorf("verify this device with the recovery key: %w", accountError(err))
	case c.mach.CrossSigningKeys.MasterKey.PublicKey() != master:
		return fmt.Errorf("%w (%s): the account's keys were replaced since", ErrWrongRecoveryKey, c.config.RecoveryKeyFile)
	}
	c.log.Info().Msg("This device is verified with the recovery key")
	return nil
}

// makeVerificationKeys makes the account's own keys, which sign its devices, publishes
// them and signs the device with them. It stores their private parts on the homeserver,
// encrypted with the recovery key, which it makes if there is none (recoveryKey). The
// recovery key is in its file before the keys are published. So after a crash the next
// start finds either nothing published, and repeats everything with the same recovery
// key, or keys that it can open. The error wraps ErrResetNeeded if the owner has to
// allow the keys; others are those of recoveryKey and of the requests.
func (c *Client) makeVerificationKeys(ctx context.Context) error {
	key, err := c.recoveryKey(ctx)
	if err != nil {
		return err
	}
	keys, err := c.mach.GenerateCrossSigningKeys()
	if err != nil {
		return fmt.Errorf("make verification keys: %w", err)
	}
	if err := c.mach.SSSS.SetKeyData(ctx, key.ID, key.Metadata); err != nil {
		return fmt.Errorf("store the verification keys on the homeserver: %w", accountError(err))
	}
	if err := c.mach.UploadCrossSigningKeysToSSSS(ctx, key, keys); err != nil {
		return fmt.Errorf("store the verification keys on the homeserver: %w", accountError(err))
	}
	if err := c.mach.SSSS.SetDefaultKeyID(ctx, key.ID); err != nil {
		return fmt.Errorf("store the verification keys on the homeserver: %w", accountError(err))
	}
	var asked mautrix.RespUserInteractive
	if err := c.mach.PublishCrossSigningKeys(ctx, keys, func(stage *mautrix.RespUserInteractive) any {
		asked = *stage
		return c.passwordStage(stage)
	}); err != nil {
		return fmt.Errorf("publish the verification keys: %w", c.resetRefusal(ctx, &asked, err))
	}
	// The device's signature comes last: it marks the sequence as complete for the
	// next start.
	if err := c.mach.SignOwnMasterKey(ctx); err != nil {
		return fmt.Errorf("sign the account's key: %w", accountError(err))
	}
	if err := c.mach.SignOwnDevice(ctx, c.mach.OwnIdentity()); err != nil {
		return fmt.Errorf("sign this device: %w", accountError(err))
	}
	c.log.Info().Str("file", c.config.RecoveryKeyFile).Msg("The account has verification keys now, and this device is verified; keep the recovery key file safe, outside this machine too")
	return nil
}

// passwordStage returns the password as the additional proof that older homeservers
// require for the account's first keys. It returns nil if there is no password, or if
// stage, the homeserver's answer, wants the owner to allow the keys in a browser.
func (c *Client) passwordStage(stage *mautrix.RespUserInteractive) any {
	if _, reset := resetPage(stage); reset || c.config.Password == "" {
		return nil
	}
	return &mautrix.ReqUIAuthLogin{
		BaseAuthData: mautrix.BaseAuthData{Type: mautrix.AuthTypePassword, Session: stage.Session},
		User:         c.mx.UserID.String(),
		Password:     c.config.Password,
	}
}

// recoveryKey returns the recovery key, which opens the account's keys on the
// homeserver. If the account has none and there is no recovery key file, it makes a key
// and writes the file. The error wraps ErrNoRecoveryKey if the account has a key and the
// file is missing, ErrWrongRecoveryKey if the configured key is malformed or not the
// account's, or is that of the file or of a request.
func (c *Client) recoveryKey(ctx context.Context) (*ssss.Key, error) {
	text, err := c.readRecoveryKey()
	made := errors.Is(err, os.ErrNotExist)
	if err != nil && !made {
		return nil, err
	}
	keyID, stored, err := c.mach.SSSS.GetDefaultKeyData(ctx)
	switch {
	case err == nil && made:
		return nil, fmt.Errorf("%w (%s)", ErrNoRecoveryKey, c.config.RecoveryKeyFile)
	case err == nil:
		key, err := stored.VerifyRecoveryKey(keyID, text)
		if err != nil {
			return nil, fmt.Errorf("%w (%s): %w", ErrWrongRecoveryKey, c.config.RecoveryKeyFile, err)
		}
		return key, nil
	case !errors.Is(err, ssss.ErrNoDefaultKeyAccountDataEvent) && !errors.Is(err, ssss.ErrNoKeyFieldInAccountDataEvent):
		return nil, fmt.Errorf("ask for the account's secret storage: %w", accountError(err))
	}
	if !made {
		secret := utils.DecodeBase58RecoveryKey(text)
		if secret == nil {
			return nil, fmt.Errorf("%w (%s): it is malformed", ErrWrongRecoveryKey, c.config.RecoveryKeyFile)
		}
		return ssss.WrapKey(secret, nil)
	}
	key, err := ssss.WrapKey(random.Bytes(32), nil)
	if err != nil {
		return nil, fmt.Errorf("make a recovery key: %w", err)
	}
	return key, writeRecoveryKey(c.config.RecoveryKeyFile, key.RecoveryKey())
}

// readRecoveryKey returns the recovery key in the configuration or, if there is none,
// the one in the recovery key file, without spaces around it. The error wraps
// os.ErrNotExist if the file is missing or empty; any other error means that the file
// cannot be read.
func (c *Client) readRecoveryKey() (string, error) {
	if c.config.RecoveryKey != "" {
		return c.config.RecoveryKey, nil
	}
	name := c.config.RecoveryKeyFile
	data, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read the recovery key: %w", err)
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "", fmt.Errorf("read the recovery key: %s is empty: %w", name, os.ErrNotExist)
	}
	return text, nil
}

// writeRecoveryKey writes the recovery key to the file name, which only its owner can
// read, in place of an earlier file. A crash leaves the whole new file, or the earlier
// one.
func writeRecoveryKey(name, key string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".recovery-key-*") // permissions 0600
	if err != nil {
		return fmt.Errorf("write the recovery key: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write the recovery key: %w", err), os.Remove(f.Name()))
		}
	}()
	if _, err := f.WriteString(key + "\n"); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
