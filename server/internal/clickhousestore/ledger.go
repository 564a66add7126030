package clickhousestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"assent/server/internal/shipping"
)

var _ shipping.Ledger = (*Store)(nil)

const insert = "INSERT INTO decisions (" + columns + ", " + derived + ")"

// Append implements shipping.Ledger.
func (s *Store) Append(ctx context.Context, batch shipping.Batch) error {
	for begun := time.Now(); ; {
		err := s.append(ctx, batch)
		if !s.cluster.isBusy(err) || !awaitTurn(ctx, begun) {
			return err
		}
	}
}

func (s *Store) append(ctx context.Context, batch shipping.Batch) error {
	version, err := s.ready(ctx)
	if err != nil || len(batch.Records) == 0 {
		return err
	}
	prepared, err := await(ctx, func() (driver.Batch, error) {
		return s.conn.PrepareBatch(s.settings(ctx, version, batch), insert)
	}, driver.Batch.Abort)
	if err != nil {
		return s.classify(err)
	}
	for _, record := range batch.Records {
		if err := prepared.Append(values(record)...); err != nil {
			// Nothing was sent yet: the value does not fit the column's type.
			return abort(prepared, s.rejected(err))
		}
	}
	if err := prepared.Send(); err != nil {
		return abort(prepared, s.classify(err))
	}
	return nil
}

// settings make the insert synchronous, recognisable and, on a cluster, safe on several replicas. Servers of before 22.8
// know nothing of the first two.
func (s *Store) settings(ctx context.Context, version clickhouse.ServerVersion, batch shipping.Batch) context.Context {
	settings := s.cluster.quorum(s.options.Settings)
	if !older(&version, [2]int{22, 8}) {
		settings["async_insert"], settings["insert_deduplication_token"] = 0, batch.Token
	}
	if batch.Token == "" {
		settings["insert_deduplicate"] = 0
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings))
}

// abort gives the connection back. The batch may be over already, which is no error worth telling.
func abort(prepared driver.Batch, err error) error {
	if abortErr := prepared.Abort(); abortErr != nil && !errors.Is(abortErr, clickhouse.ErrBatchAlreadySent) {
		return errors.Join(err, abortErr)
	}
	return err
}

// refusals are the codes by which ClickHouse says that a value will never fit (ErrorCodes.cpp).
var refusals = []int32{
	6,   // CANNOT_PARSE_TEXT
	26,  // CANNOT_PARSE_QUOTED_STRING
	27,  // CANNOT_PARSE_INPUT_ASSERTION_FAILED
	38,  // CANNOT_PARSE_DATE
	41,  // CANNOT_PARSE_DATETIME
	53,  // TYPE_MISMATCH
	69,  // ARGUMENT_OUT_OF_BOUND
	70,  // CANNOT_CONVERT_TYPE
	72,  // CANNOT_PARSE_NUMBER
	117, // INCORRECT_DATA
	131, // TOO_LARGE_STRING_SIZE
	190, // SIZES_OF_ARRAYS_DONT_MATCH
	321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
	469, // VIOLATED_CONSTRAINT
}

func (s *Store) classify(err error) error {
	if hasCode(err, refusals...) {
		return s.rejected(err)
	}
	return s.unavailable("append to", err)
}

func (s *Store) rejected(err error) error {
	return fmt.Errorf("append to clickhouse: %w: %w", shipping.ErrRejected, err)
}
