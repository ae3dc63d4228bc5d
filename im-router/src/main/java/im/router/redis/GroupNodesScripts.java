package im.router.redis;

import static im.router.redis.Redis.decimal;

import im.router.NodeId;
import im.router.redis.Redis.Call;
import java.time.Duration;
import java.util.List;

/**
 * {@code add_groups.lua}, {@code remove_groups.lua} and {@code group_nodes.lua}. Of a group: {@code
 * im:{g<B>}:nodes:<group>}, which expires with the last of its nodes.
 */
final class GroupNodesScripts {
    private static final Script ADD = Script.of(GroupNodesScripts.class, "add_groups");
    private static final Script REMOVE = Script.of(GroupNodesScripts.class, "remove_groups");
    private static final Script READ = Script.of(GroupNodesScripts.class, "group_nodes");

    private GroupNodesScripts() {}

    /** @param groups of one bucket, as in the other calls */
    static Call add(Redis redis, List<String> groups, NodeId node, Duration within) {
        return Call.of(
                ADD,
                keys(redis, groups),
                decimal(node.slot()),
                decimal(node.incarnation()),
                decimal(within.toMillis()));
    }

    static Call remove(Redis redis, List<String> groups, NodeId node) {
        return Call.of(REMOVE, keys(redis, groups), decimal(node.slot()), decimal(node.incarnation()));
    }

    static Call read(Redis redis, List<String> groups) {
        return Call.of(READ, keys(redis, groups));
    }

    private static byte[][] keys(Redis redis, List<String> groups) {
        return groups.stream()
                .map(group -> redis.keys().ofGroup(group, "nodes"))
                .toArray(byte[][]::new);
    }
}
