package im.gateway.session;

import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Route;
import im.router.Routes;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A bus that loses pushes of messages, for tests: {@code -Dim.test.push-loss=0.2} loses one in five, and with
 * {@code -Dim.test.push-loss-uids=deaf} only of those to uids, and of groups, that begin so. A server takes it in dev mode only.
 */
public final class PushLoss implements PushBus {
    public static final String PROPERTY = "im.test.push-loss";
    public static final String UIDS_PROPERTY = "im.test.push-loss-uids";

    private final PushBus bus;
    private final double probability;
    private final String uids;

    private PushLoss(PushBus bus, double probability, String uids) {
        this.bus = bus;
        this.probability = probability;
        this.uids = uids;
    }

    /** Whether the property asks for losses. */
    public static boolean isAskedFor() {
        return System.getProperty(PROPERTY) != null;
    }

    /**
     * The bus itself, or one that loses what the property says.
     *
     * @throws NumberFormatException if it says no number
     */
    public static PushBus around(PushBus bus) {
        return isAskedFor()
                ? new PushLoss(
                        bus,
                        Double.parseDouble(System.getProperty(PROPERTY, "")),
                        System.getProperty(UIDS_PROPERTY, ""))
                : bus;
    }

    @Override
    public void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups) {
        if (!uid.startsWith(uids) || ThreadLocalRandom.current().nextDouble() >= probability) {
            bus.push(message, uid, routes, wakeups);
        }
    }

    @Override
    public void pushGroup(GroupPush push, Wakeups wakeups) {
        if (!push.group().startsWith(uids) || ThreadLocalRandom.current().nextDouble() >= probability) {
            bus.pushGroup(push, wakeups);
        }
    }

    @Override
    public void pushMembership(String group, String uid, Routes routes, Wakeups wakeups) {
        if (!uid.startsWith(uids) || ThreadLocalRandom.current().nextDouble() >= probability) {
            bus.pushMembership(group, uid, routes, wakeups);
        }
    }

    @Override
    public boolean takesReceipts() {
        return bus.takesReceipts();
    }

    @Override
    public void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups) {
        bus.pushReceipt(receipt, uid, routes, wakeups);
    }

    @Override
    public void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups) {
        bus.pushTransient(message, uid, routes, wakeups);
    }

    @Override
    public void displaced(Route route) {
        bus.displaced(route);
    }

    @Override
    public void removed(String uid, Route route) {
        bus.removed(uid, route);
    }
}
