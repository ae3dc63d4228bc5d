package im.router.dispatch;

import im.router.NodeInfo;

/**
 * One that may be chosen.
 *
 * @param node packed
 */
public record Gateway(long node, NodeInfo info) {

    public String name() {
        return info.name();
    }

    int connections() {
        return info.load().connections();
    }
}
