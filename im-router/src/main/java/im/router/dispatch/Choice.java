package im.router.dispatch;

import java.util.List;

/** Puts gateways in the order in which a client should try them. Safe from any thread. */
public interface Choice {

    /**
     * @param key the uid, or whatever else tells clients apart
     * @param gateways in any order, the same ones in the same order as long as nothing is heard of them; not changed
     * @return all of them, the best first
     */
    List<Gateway> order(String key, List<Gateway> gateways);
}
