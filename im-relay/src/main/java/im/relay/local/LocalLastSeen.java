package im.relay.local;

import im.protocol.Ids;
import im.relay.ReadResult;
import im.router.LastSeen;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.rocksdb.RocksDBException;

/** When uids were last connected, written with the log's commits, of which there is one a second at least. Any thread. */
final class LocalLastSeen implements LastSeen {
    private final Intake intake;
    private final LocalConversationStore readers;
    private final Tables tables;

    LocalLastSeen(Intake intake, LocalConversationStore readers, Tables tables) {
        this.intake = intake;
        this.readers = readers;
        this.tables = tables;
    }

    @Override
    public void left(String uid, long ms) {
        // An id that is none could be another key.
        if (!Ids.isValid(uid)) {
            throw new IllegalArgumentException("not a uid: " + uid);
        }
        intake.seen(uid, ms);
    }

    @Override
    public CompletionStage<long[]> of(List<String> uids) {
        CompletableFuture<long[]> told = new CompletableFuture<>();
        readers.<long[]>submit(() -> read(uids), Runnable::run, result -> {
            if (result instanceof ReadResult.Ok<long[]> ok) {
                told.complete(ok.value());
            } else if (result instanceof ReadResult.Failed<long[]> failed) {
                told.completeExceptionally(new IllegalStateException(failed.text()));
            }
        });
        return told;
    }

    private long[] read(List<String> uids) throws RocksDBException {
        long[] times = new long[uids.size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = StoreReader.number(tables.db.get(tables.meta, Keyspace.seen(uids.get(i))));
        }
        return times;
    }
}
