package im.router.etcd;

import im.router.etcd.NodeTable.Seen;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table of nodes: a list at each turn, which is the truth, and a watch from its revision, which is only fast.
 * A watch that ends, in whatever way the library lets it end, is replaced after the next list. {@link #refresh} and
 * {@link #close} on the registry's thread; the watch tells the table on the library's.
 */
final class NodeWatch {
    private final EtcdConnection etcd;
    private final NodeTable table;
    private final Runnable wake;
    private @Nullable Running running;

    /** @param wake called when a watch has ended, so that {@link #refresh} is called soon; any thread */
    NodeWatch(EtcdConnection etcd, NodeTable table, Runnable wake) {
        this.etcd = etcd;
        this.table = table;
        this.wake = wake;
    }

    /**
     * @param answered called when etcd has answered, before the table tells anybody
     * @throws EtcdUnavailable when etcd did not answer; the table stays as it is
     */
    void refresh(Runnable answered) {
        int generation = etcd.generation();
        table.asking();
        GetResponse list = etcd.await(client -> client.getKVClient()
                .get(etcd.keys().nodes(), GetOption.builder().isPrefix(true).build()));
        long revision = list.getHeader().getRevision();
        List<Seen> seen =
                list.getKvs().stream().flatMap(key -> seen(key).stream()).toList();
        answered.run();
        // In an etcd that was restored the watch waits for a revision that is long in coming.
        boolean restored = table.listed(seen, revision);
        Running now = running;
        if (now == null || now.ended || now.generation != generation || restored) {
            close();
            running = watch(generation, revision + 1);
        }
    }

    private Running watch(int generation, long revision) {
        Running started = new Running(generation);
        WatchOption option =
                WatchOption.builder().isPrefix(true).withRevision(revision).build();
        started.watcher = etcd.watch(etcd.keys().nodes(), option, started);
        return started;
    }

    void close() {
        Running now = running;
        running = null;
        if (now != null) {
            now.stop();
        }
    }

    private Optional<Seen> seen(KeyValue key) {
        int slot = etcd.keys().slotOf(key.getKey());
        return NodeRecords.read(slot, key.getValue()).map(node -> new Seen(slot, node, key.getModRevision()));
    }

    private void changed(WatchEvent event) {
        KeyValue key = event.getKeyValue();
        int slot = etcd.keys().slotOf(key.getKey());
        Optional<Seen> put = event.getEventType() == WatchEvent.EventType.PUT ? seen(key) : Optional.empty();
        put.ifPresentOrElse(table::put, () -> table.removed(slot, key.getModRevision()));
    }

    /** One watch, from its start to its end. */
    private final class Running implements Watch.Listener {
        private final int generation;
        private volatile boolean ended;
        private Watch.@Nullable Watcher watcher;

        Running(int generation) {
            this.generation = generation;
        }

        @Override
        public void onNext(WatchResponse response) {
            if (!ended) {
                response.getEvents().forEach(NodeWatch.this::changed);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end();
        }

        @Override
        public void onCompleted() {
            end();
        }

        private void end() {
            if (!ended) {
                ended = true;
                wake.run();
            }
        }

        void stop() {
            ended = true;
            Stream.ofNullable(watcher).forEach(etcd::unwatch);
        }
    }
}
