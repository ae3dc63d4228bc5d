package im.router.redis;

import im.router.NodeId;
import im.router.NodeInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** {@code live_nodes.lua}. */
final class LiveNodesScript {
    private static final Script SCRIPT = Script.of(LiveNodesScript.class, "live_nodes");

    private LiveNodesScript() {}

    /**
     * @param birth of the server's memory; empty when it holds no lease since
     * @param live by {@link NodeId#packed()}
     */
    record Answer(String birth, Map<Long, NodeInfo> live) {}

    static CompletionStage<Answer> run(Redis redis) {
        return redis.run(SCRIPT, LeaseKeys.both(redis)).thenApply(LiveNodesScript::answer);
    }

    /** What is no node as far as this version knows is passed over. */
    private static Answer answer(Reply reply) {
        Map<Long, NodeInfo> live = new HashMap<>();
        for (int i = 1; i < reply.size(); i++) {
            Reply one = reply.at(i);
            NodeInfo info = NodeRecords.read(one.bytes(2));
            if (info != null) {
                live.put(new NodeId((int) one.number(0), one.number(1)).packed(), info);
            }
        }
        return new Answer(reply.text(0), live);
    }
}
