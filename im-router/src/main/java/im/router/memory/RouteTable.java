package im.router.memory;

import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stripe: parallel arrays, probed one slot after the other from where the uid hashes to, so that all devices of a
 * uid stand in one run without a gap. A removal closes its gap by moving later entries back, so there are no
 * tombstones. The table grows by half above 3/4 full and shrinks to what it needs below 1/4.
 */
final class RouteTable {
    static final Registration NOTHING_DISPLACED = new Registration.Registered(null);

    private static final int LEAST = 8;

    private final long seed;

    /** uid 0x00 device in ASCII, or null where the slot is free. */
    private byte[] @Nullable [] identities = new byte[LEAST][];

    /** 8 bits of each identity's hash, so that most others are passed over without being read. */
    private byte[] tags = new byte[LEAST];

    private long[] attempts = new long[LEAST];
    private long[] connections = new long[LEAST];
    private int[] groups = new int[LEAST];
    private int size;

    RouteTable(long seed) {
        this.seed = seed;
    }

    synchronized Registration register(long hash, String uid, String device, long attempt, long connection, int group) {
        int slot = find(hash, uid, device);
        if (slot >= 0 && attempts[slot] > attempt) {
            return new Registration.Older(attempts[slot]);
        }
        List<Route> others = group == RouteDirectory.NO_GROUP ? List.of() : others(hash, uid, slot, group);
        if (slot >= 0) {
            return replace(slot, attempt, connection, group, others);
        }
        if ((size + 1) * 4L > identities.length * 3L) {
            resize(identities.length + (identities.length >> 1));
        }
        insert(hash, pack(uid, device), attempt, connection, group);
        size++;
        return others.isEmpty() ? NOTHING_DISPLACED : new Registration.Registered(null, others);
    }

    synchronized boolean remove(long hash, String uid, String device, long connection) {
        int slot = find(hash, uid, device);
        if (slot < 0 || connections[slot] != connection) {
            return false;
        }
        closeGap(slot);
        size--;
        if (identities.length > LEAST && size * 4L < identities.length) {
            resize(Math.max(LEAST, size * 2));
        }
        return true;
    }

    synchronized long[] connectionsOf(long hash, String uid) {
        byte tag = tag(hash);
        int count = 0;
        int start = home(hash);
        for (int slot = start; identities[slot] != null; slot = next(slot)) {
            count += tags[slot] == tag && isOf(identities[slot], uid) ? 1 : 0;
        }
        long[] found = new long[count];
        for (int slot = start; count > 0; slot = next(slot)) {
            if (tags[slot] == tag && isOf(identities[slot], uid)) {
                found[--count] = connections[slot];
            }
        }
        return found;
    }

    /** The attempt of the route, or -1 when there is none. */
    synchronized long attemptOf(long hash, String uid, String device) {
        int slot = find(hash, uid, device);
        return slot < 0 ? -1 : attempts[slot];
    }

    synchronized boolean holds(long hash, String uid, String device, long connection) {
        int slot = find(hash, uid, device);
        return slot >= 0 && connections[slot] == connection;
    }

    synchronized void copyTo(List<LocalRoutes.Entry> entries) {
        for (int slot = 0; slot < identities.length; slot++) {
            byte[] identity = identities[slot];
            if (identity != null) {
                int end = 0;
                while (identity[end] != 0) {
                    end++;
                }
                entries.add(new LocalRoutes.Entry(
                        new String(identity, 0, end, StandardCharsets.US_ASCII),
                        new String(identity, end + 1, identity.length - end - 1, StandardCharsets.US_ASCII),
                        attempts[slot],
                        connections[slot],
                        groups[slot]));
            }
        }
    }

    synchronized int size() {
        return size;
    }

    synchronized int capacity() {
        return identities.length;
    }

    private Registration replace(int slot, long attempt, long connection, int group, List<Route> others) {
        long displaced = connections[slot];
        attempts[slot] = attempt;
        connections[slot] = connection;
        groups[slot] = group;
        return new Registration.Registered(new Route(Route.HERE, displaced), others);
    }

    /** Those of the uid in the group, but for the one at that slot. */
    private List<Route> others(long hash, String uid, int but, int group) {
        byte tag = tag(hash);
        List<Route> found = new ArrayList<>();
        for (int slot = home(hash); identities[slot] != null; slot = next(slot)) {
            if (slot != but && groups[slot] == group && tags[slot] == tag && isOf(identities[slot], uid)) {
                found.add(new Route(Route.HERE, connections[slot]));
            }
        }
        return found;
    }

    /** The slot of the route, or -1. */
    private int find(long hash, String uid, String device) {
        byte tag = tag(hash);
        for (int slot = home(hash); identities[slot] != null; slot = next(slot)) {
            if (tags[slot] == tag && isRoute(identities[slot], uid, device)) {
                return slot;
            }
        }
        return -1;
    }

    private void insert(long hash, byte[] identity, long attempt, long connection, int group) {
        int slot = home(hash);
        while (identities[slot] != null) {
            slot = next(slot);
        }
        identities[slot] = identity;
        tags[slot] = tag(hash);
        attempts[slot] = attempt;
        connections[slot] = connection;
        groups[slot] = group;
    }

    /** Moves back every later entry of the run that may stand at the gap. */
    private void closeGap(int gap) {
        int free = gap;
        for (int slot = next(gap); identities[slot] != null; slot = next(slot)) {
            int home = home(UidHash.of(identities[slot], seed));
            if (distance(home, slot) >= distance(free, slot)) {
                identities[free] = identities[slot];
                tags[free] = tags[slot];
                attempts[free] = attempts[slot];
                connections[free] = connections[slot];
                groups[free] = groups[slot];
                free = slot;
            }
        }
        identities[free] = null;
    }

    private void resize(int capacity) {
        byte[] @Nullable [] oldIdentities = identities;
        long[] oldAttempts = attempts;
        long[] oldConnections = connections;
        int[] oldGroups = groups;
        identities = new byte[capacity][];
        tags = new byte[capacity];
        attempts = new long[capacity];
        connections = new long[capacity];
        groups = new int[capacity];
        for (int i = 0; i < oldIdentities.length; i++) {
            byte[] identity = oldIdentities[i];
            if (identity != null) {
                insert(UidHash.of(identity, seed), identity, oldAttempts[i], oldConnections[i], oldGroups[i]);
            }
        }
    }

    private int home(long hash) {
        return (int) (((hash >>> 32) * identities.length) >>> 32);
    }

    private static byte tag(long hash) {
        return (byte) (hash >>> 8);
    }

    private int next(int slot) {
        return slot + 1 == identities.length ? 0 : slot + 1;
    }

    private int distance(int from, int to) {
        return to >= from ? to - from : to - from + identities.length;
    }

    private static byte[] pack(String uid, String device) {
        byte[] identity = new byte[uid.length() + 1 + device.length()];
        for (int i = 0; i < uid.length(); i++) {
            identity[i] = (byte) uid.charAt(i);
        }
        for (int i = 0; i < device.length(); i++) {
            identity[uid.length() + 1 + i] = (byte) device.charAt(i);
        }
        return identity;
    }

    private static boolean isRoute(byte[] identity, String uid, String device) {
        return identity.length == uid.length() + 1 + device.length()
                && isOf(identity, uid)
                && isAt(identity, uid.length() + 1, device);
    }

    private static boolean isOf(byte[] identity, String uid) {
        return identity.length > uid.length() && identity[uid.length()] == 0 && isAt(identity, 0, uid);
    }

    private static boolean isAt(byte[] identity, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (identity[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
