package im.simulator.ledger;

import java.util.Arrays;

/**
 * Who takes part in a run, as numbers: the devices of every user and the conversations between users. Inside a
 * conversation every device has a slot: first those of the first user, then those of the second. Immutable.
 */
public final class Roster {
    /** Bits of the ledger's delivery mask: twice the devices that a uid may have. */
    static final int MAX_SLOTS = 32;

    private final int[] userOf;
    private final int[] firstDevice;
    private final int[] firstUser;
    private final int[] secondUser;

    /**
     * @param devicesOf devices of each user, 1–16
     * @param firstUser one user of each conversation
     * @param secondUser the other one; the same for notes to oneself
     */
    public Roster(int[] devicesOf, int[] firstUser, int[] secondUser) {
        this.firstUser = firstUser.clone();
        this.secondUser = secondUser.clone();
        firstDevice = new int[devicesOf.length + 1];
        for (int user = 0; user < devicesOf.length; user++) {
            if (devicesOf[user] < 1 || devicesOf[user] > MAX_SLOTS / 2) {
                throw new IllegalArgumentException("devices of user " + user + ": " + devicesOf[user]);
            }
            firstDevice[user + 1] = firstDevice[user] + devicesOf[user];
        }
        userOf = new int[firstDevice[devicesOf.length]];
        for (int user = 0; user < devicesOf.length; user++) {
            Arrays.fill(userOf, firstDevice[user], firstDevice[user + 1], user);
        }
    }

    public int users() {
        return firstDevice.length - 1;
    }

    public int devices() {
        return userOf.length;
    }

    public int conversations() {
        return firstUser.length;
    }

    public int userOf(int device) {
        return userOf[device];
    }

    /** Which of its user's devices this is, from 0. */
    public int ordinalOf(int device) {
        return device - firstDevice[userOf[device]];
    }

    public int firstUser(int conversation) {
        return firstUser[conversation];
    }

    public int secondUser(int conversation) {
        return secondUser[conversation];
    }

    /** The user whom {@code device} writes to in a conversation. */
    public int peerOf(int conversation, int device) {
        return userOf[device] == firstUser[conversation] ? secondUser[conversation] : firstUser[conversation];
    }

    /** How many devices take part in a conversation. */
    public int slots(int conversation) {
        int first = firstUser[conversation];
        int second = secondUser[conversation];
        return devicesOf(first) + (first == second ? 0 : devicesOf(second));
    }

    /** The slot of a device in a conversation, −1 if it takes no part. */
    public int slotOf(int conversation, int device) {
        int user = userOf[device];
        if (user == firstUser[conversation]) {
            return ordinalOf(device);
        }
        return user == secondUser[conversation] ? devicesOf(firstUser[conversation]) + ordinalOf(device) : -1;
    }

    public int deviceAt(int conversation, int slot) {
        int ofFirst = devicesOf(firstUser[conversation]);
        return slot < ofFirst
                ? firstDevice[firstUser[conversation]] + slot
                : firstDevice[secondUser[conversation]] + slot - ofFirst;
    }

    private int devicesOf(int user) {
        return firstDevice[user + 1] - firstDevice[user];
    }
}
