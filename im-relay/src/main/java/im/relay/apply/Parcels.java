package im.relay.apply;

import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.relay.PushSender;
import im.router.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The records for one node, each as full as it may be. Lane only, but for the answers. */
final class Parcels {
    /** What a push costs in a record besides its strings and bytes, at most. */
    private static final int PUSH_BYTES = 64;

    private final List<PushRecord.Builder> records = new ArrayList<>();
    private int bytes = PushSender.MAX_RECORD_BYTES;

    /** @param size of its strings and bytes */
    void add(Push.Builder push, int size) {
        if (bytes + PUSH_BYTES + size > PushSender.MAX_RECORD_BYTES) {
            records.add(PushRecord.newBuilder().setFormat(1));
            bytes = PUSH_BYTES;
        }
        bytes += PUSH_BYTES + size;
        records.get(records.size() - 1).addPushes(push);
    }

    List<CompletableFuture<?>> send(NodeId node, PushSender bus, ApplyMeters meters) {
        List<CompletableFuture<?>> sends = new ArrayList<>();
        for (PushRecord.Builder record : records) {
            int copies = record.getPushesCount();
            sends.add(bus.send(node, record.setIncarnation(node.incarnation()).build())
                    .handle((done, failure) -> {
                        meters.pushed(failure == null ? ApplyMeters.Push.SENT : ApplyMeters.Push.FAILED, copies);
                        return failure == null;
                    })
                    .toCompletableFuture());
        }
        return sends;
    }
}
