package im.router.redis;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.Ids;
import im.protocol.v1.NodeRecord;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import org.jspecify.annotations.Nullable;

/** What a node tells of itself, as bytes and back. Shares are cut to hundredths, so that noise is no change. */
final class NodeRecords {
    private static final int FORMAT = 1;

    private NodeRecords() {}

    /** Without the incarnation, which stands beside it. */
    static byte[] write(NodeInfo info) {
        return NodeRecord.newBuilder()
                .setFormat(FORMAT)
                .setRole(info.role().name())
                .setName(info.name())
                .putAllEndpoints(info.endpoints())
                .setConnections(info.load().connections())
                .setCpu(hundredths(info.load().cpu()))
                .setMemory(hundredths(info.load().memory()))
                .addAllTroubles(info.load().troubles())
                .setDraining(info.draining())
                .build()
                .toByteArray();
    }

    /** Null for what is no node as far as this version knows. */
    static @Nullable NodeInfo read(byte[] value) {
        try {
            NodeRecord node = NodeRecord.parseFrom(value);
            if (node.getFormat() != FORMAT || !Ids.isValid(node.getName())) {
                return null;
            }
            Load load = new Load(node.getConnections(), node.getCpu(), node.getMemory(), node.getTroublesList());
            return new NodeInfo(
                    Role.valueOf(node.getRole()), node.getName(), node.getEndpointsMap(), load, node.getDraining());
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return null;
        }
    }

    private static double hundredths(double share) {
        return Math.round(share * 100) / 100.0;
    }
}
