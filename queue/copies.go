package queue

import (
	"context"
	"errors"
	"sync"
	"time"

	"heraut/chat"
)

const (
	// prepareWithin limits the duration of one attempt to copy a file.
	prepareWithin = 10 * time.Minute
	// copyTries is how often the queue tries to copy a file. The waits between the
	// attempts (backoff) add up to about 45 minutes. Since the attempts are not stored, a
	// restart begins anew.
	copyTries = 20
)

// copies is the state of copying the files of posts before they are sent, one at a
// time. Only the sender's goroutine uses it. It holds nothing that a restart needs: a
// post waits in the outbox until its copy is stored there.
type copies struct {
	under chat.PostKey           // the post whose file is being copied; empty: none
	tries map[chat.PostKey]int   // failed attempts
	fails map[chat.PostKey]error // files that can never be copied
	ends  chan copied            // how the copy under way ended
	group sync.WaitGroup
}

// copied is the result of an attempt to copy the file of the post with that key: the
// copy, or the error.
type copied struct {
	key   chat.PostKey
	media chat.Media
	err   error
}

func newCopies() *copies {
	return &copies{tries: map[chat.PostKey]int{}, fails: map[chat.PostKey]error{}, ends: make(chan copied, 1)}
}

// mustPrepare reports whether the row's file must be copied before it can be sent. It
// is false for a post without a file, for one that has its copy, and without
// Config.Prepare.
func (q *Queue) mustPrepare(row Row) bool {
	return row.Post.File != nil && row.Post.Copy == (chat.Media{}) && q.config.Prepare != nil
}

// prepare begins to copy the file of a row, in a goroutine of its own that reports on
// q.copies.ends, and lets the row wait again. If another file is being copied, it only
// lets the row wait. If the file of the row can never be copied, the row fails.
func (q *Queue) prepare(ctx context.Context, row Row) {
	if err := q.copies.fails[row.Key]; err != nil {
		delete(q.copies.fails, row.Key)
		q.counts.Refused.Add(1)
		q.log.Warn().Err(err).Str("post", string(row.Key)).Msg("A file could not be copied")
		q.drop(ctx, row, err)
		return
	}
	q.putBack(ctx, row, time.Now().Add(waitForTarget))
	if q.copies.under != "" {
		return
	}
	q.copies.under = row.Key
	q.copies.group.Go(func() {
		media, err := q.makeCopy(ctx, row.Post)
		q.copies.ends <- copied{row.Key, media, err}
	})
}

// makeCopy copies the file of p: it calls Config.Prepare, within prepareWithin, and
// returns a panic as an error.
func (q *Queue) makeCopy(ctx context.Context, p chat.Post) (media chat.Media, err error) {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	defer recovered(&err)
	return q.config.Prepare(ctx, p)
}

// settleCopy handles c, the result of the copying of a post's file that was under way.
// If it succeeded, settleCopy stores the copy's address in the post's row of the outbox
// and makes the post due. If it failed, the post waits for the next attempt; after a
// *Refused error, or after copyTries attempts, the post becomes due, and prepare then
// makes it fail. A post that was withdrawn meanwhile stays withdrawn. If the copy
// failed and ctx has ended, settleCopy stores nothing.
func (q *Queue) settleCopy(ctx context.Context, c copied) {
	q.copies.under = ""
	next := time.Time{}
	if c.err != nil {
		if ctx.Err() != nil {
			return
		}
		refused, final := errors.AsType[*Refused](c.err)
		q.copies.tries[c.key]++
		switch tries := q.copies.tries[c.key]; {
		case final:
			q.copies.fails[c.key] = refused
		case tries >= copyTries:
			q.copies.fails[c.key] = &Refused{Cause: c.err}
		default:
			next = time.Now().Add(max(backoff(tries), patience(c.err)))
			q.log.Debug().Err(c.err).Str("post", string(c.key)).Msg("A file has to be copied again")
		}
	}
	if c.err != nil {
		c.media = chat.Media{}
	}
	if c.err == nil || q.copies.fails[c.key] != nil {
		delete(q.copies.tries, c.key)
	}
	q.record(ctx, func(ctx context.Context) error {
		return q.store.Do(ctx, func(ctx context.Context) error {
			row, err := q.store.PostByKey(ctx, c.key)
			if errors.Is(err, chat.ErrNotFound) || err == nil && (row.State != Waiting || row.Post.File == nil) {
				delete(q.copies.tries, c.key)
				delete(q.copies.fails, c.key)
				return nil
			}
			if err != nil {
				return err
			}
			row.Post.Copy, row.NextAt = c.media, next
			return q.store.UpdatePost(ctx, row, time.Now())
		})
	})
}
