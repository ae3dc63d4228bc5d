package im.router.etcd;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.Ids;
import im.protocol.v1.NodeRecord;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import io.etcd.jetcd.ByteSequence;
import java.util.Optional;

/** What a node tells of itself, as bytes and back. Shares are cut to hundredths, so that noise is no change. */
final class NodeRecords {
    private static final int FORMAT = 1;

    /** A node as it was read. */
    record Read(NodeId id, NodeInfo info) {}

    private NodeRecords() {}

    static ByteSequence write(NodeId id, NodeInfo info) {
        return EtcdConnection.value(NodeRecord.newBuilder()
                .setFormat(FORMAT)
                .setIncarnation(id.incarnation())
                .setRole(info.role().name())
                .setName(info.name())
                .putAllEndpoints(info.endpoints())
                .setConnections(info.load().connections())
                .setCpu(hundredths(info.load().cpu()))
                .setMemory(hundredths(info.load().memory()))
                .addAllTroubles(info.load().troubles())
                .setDraining(info.draining())
                .build());
    }

    /** Empty for what is no node as far as this version knows. */
    static Optional<Read> read(int slot, ByteSequence value) {
        try {
            NodeRecord node = NodeRecord.parseFrom(value.getBytes());
            if (node.getFormat() != FORMAT || slot < 0 || !Ids.isValid(node.getName())) {
                return Optional.empty();
            }
            Load load = new Load(node.getConnections(), node.getCpu(), node.getMemory(), node.getTroublesList());
            NodeInfo info = new NodeInfo(
                    Role.valueOf(node.getRole()), node.getName(), node.getEndpointsMap(), load, node.getDraining());
            return Optional.of(new Read(new NodeId(slot, node.getIncarnation()), info));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static double hundredths(double share) {
        return Math.round(share * 100) / 100.0;
    }
}
