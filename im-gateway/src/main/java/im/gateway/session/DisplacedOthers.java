package im.gateway.session;

import im.gateway.connection.Loop;
import im.router.Route;
import im.router.RouteDirectory;
import java.util.List;
import java.util.function.Consumer;

/**
 * Connections of other nodes that one of another device has displaced. The push that tells them may be lost, and no
 * comparison of routes finds them, since theirs are their own: whoever is still there a heartbeat later is told again, a few
 * times. Event loop only.
 */
final class DisplacedOthers {
    static final int TIMES = 3;

    private final RouteDirectory routes;
    private final Consumer<Route> tell;
    private final Loop loop;
    private final long afterMillis;
    private final String uid;
    private List<Route> others;
    private int looks;

    /**
     * @param tell that a connection of another node was displaced
     * @param afterMillis between two looks
     * @param others those that were told once
     */
    DisplacedOthers(
            RouteDirectory routes, Consumer<Route> tell, Loop loop, long afterMillis, String uid, List<Route> others) {
        this.routes = routes;
        this.tell = tell;
        this.loop = loop;
        this.afterMillis = afterMillis;
        this.uid = uid;
        this.others = others.stream().filter(route -> !route.isHere()).toList();
    }

    void lookAgain() {
        if (!others.isEmpty() && looks++ < TIMES) {
            loop.schedule(this::look, afterMillis);
        }
    }

    private void look() {
        routes.routesOf(uid)
                .whenComplete((there, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        others = others.stream()
                                .filter(there.elsewhere()::contains)
                                .toList();
                        others.forEach(tell);
                    }
                    lookAgain();
                }));
    }
}
