package im.relay.local;

import im.protocol.ConversationKey;
import im.relay.ConversationStore;
import im.relay.ReadResult;
import im.relay.Wakeups;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Queues reads for a small pool, since a read may wait for the disk. Safe from any thread. */
final class LocalConversationStore implements ConversationStore, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalConversationStore.class);
    private static final int RETRY_AFTER_MS = 500;
    private static final long CLOSE_SECONDS = 60;

    /** What a thread of the pool does. */
    interface Read<T> {
        T read() throws RocksDBException;
    }

    private final StoreReader reader;
    private final HeadsReader headsReader;
    private final ThreadPoolExecutor pool;

    LocalConversationStore(StoreReader reader, HeadsReader headsReader, int threads, int queued) {
        this.reader = reader;
        this.headsReader = headsReader;
        AtomicInteger count = new AtomicInteger();
        pool = new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queued), task -> {
            Thread thread = new Thread(task, "im-store-read-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void page(
            ConversationKey conversation,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        submit(() -> reader.page(conversation, after, maxMessages, maxBytes), lane, done);
    }

    @Override
    public void head(ConversationKey conversation, Executor lane, Consumer<ReadResult<Long>> done) {
        submit(() -> reader.head(conversation), lane, done);
    }

    @Override
    public void compare(CompareRequest request, Executor lane, Consumer<ReadResult<Comparison>> done) {
        submit(() -> reader.compare(request), lane, done);
    }

    @Override
    public void pageBefore(
            ConversationKey conversation,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        submit(() -> reader.pageBefore(conversation, before, maxMessages, maxBytes), lane, done);
    }

    @Override
    public void versions(List<String> uids, Executor lane, Consumer<ReadResult<long[]>> done) {
        submit(() -> reader.versions(uids), lane, done);
    }

    @Override
    public void heads(HeadsRequest request, Executor lane, Consumer<ReadResult<HeadsRead>> done) {
        submit(() -> headsReader.read(request), lane, done);
    }

    /** Serves what is queued, then returns; later reads fail. */
    @Override
    public void close() {
        pool.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                    LOG.atWarn().addKeyValue("queued", pool.getQueue().size()).log("reads are still running");
                    continue;
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    <T> void submit(Read<T> read, Executor lane, Consumer<ReadResult<T>> done) {
        try {
            pool.execute(() -> {
                ReadResult<T> result = run(read);
                Wakeups.wake(lane, () -> done.accept(result));
            });
        } catch (RejectedExecutionException e) {
            String why = pool.isShutdown() ? "the store is closed" : "the store's queue is full";
            Wakeups.wake(lane, () -> done.accept(new ReadResult.Failed<>(why, RETRY_AFTER_MS)));
        }
    }

    private static <T> ReadResult<T> run(Read<T> read) {
        try {
            return new ReadResult.Ok<>(read.read());
        } catch (RocksDBException | RuntimeException e) {
            LOG.atError().addKeyValue("cause", e).log("read failed");
            return new ReadResult.Failed<>("the store cannot be read", RETRY_AFTER_MS);
        }
    }
}
