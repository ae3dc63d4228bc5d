package im.simulator.ledger;

import java.util.Arrays;
import java.util.List;

/**
 * Who takes part in a run, as numbers: the devices of every user and the conversations between users, first the direct
 * ones and then the groups. Inside a conversation every device has a slot: first those of the first user, then those of
 * the second, and so on. Immutable.
 */
public final class Roster {
    /** Devices that a uid may have. */
    private static final int MAX_DEVICES = 16;

    private final int[] userOf;
    private final int[] firstDevice;
    private final int[] firstUser;
    private final int[] secondUser;
    private final GroupSlots[] groups;

    /**
     * @param devicesOf devices of each user, 1–16
     * @param firstUser one user of each direct conversation
     * @param secondUser the other one; the same for notes to oneself
     */
    public Roster(int[] devicesOf, int[] firstUser, int[] secondUser) {
        this(devicesOf, firstUser, secondUser, List.of());
    }

    /** As the other, and with groups, whose numbers follow those of the direct conversations. */
    public Roster(int[] devicesOf, int[] firstUser, int[] secondUser, List<GroupMembers> groups) {
        this.firstUser = firstUser.clone();
        this.secondUser = secondUser.clone();
        firstDevice = new int[devicesOf.length + 1];
        for (int user = 0; user < devicesOf.length; user++) {
            if (devicesOf[user] < 1 || devicesOf[user] > MAX_DEVICES) {
                throw new IllegalArgumentException("devices of user " + user + ": " + devicesOf[user]);
            }
            firstDevice[user + 1] = firstDevice[user] + devicesOf[user];
        }
        userOf = new int[firstDevice[devicesOf.length]];
        for (int user = 0; user < devicesOf.length; user++) {
            Arrays.fill(userOf, firstDevice[user], firstDevice[user + 1], user);
        }
        this.groups = groups.stream()
                .map(members -> new GroupSlots(members, firstDevice))
                .toArray(GroupSlots[]::new);
    }

    public int users() {
        return firstDevice.length - 1;
    }

    public int devices() {
        return userOf.length;
    }

    public int conversations() {
        return firstUser.length + groups.length;
    }

    /** Those between two users, which have the first numbers. */
    public int directConversations() {
        return firstUser.length;
    }

    public boolean isGroup(int conversation) {
        return conversation >= firstUser.length;
    }

    private GroupSlots group(int conversation) {
        return groups[conversation - firstUser.length];
    }

    public int userOf(int device) {
        return userOf[device];
    }

    /** Which of its user's devices this is, from 0. */
    public int ordinalOf(int device) {
        return device - firstDevice[userOf[device]];
    }

    /** The user whom {@code device} writes to in a direct conversation. */
    public int peerOf(int conversation, int device) {
        return userOf[device] == firstUser[conversation] ? secondUser[conversation] : firstUser[conversation];
    }

    /** How many devices take part in a conversation. */
    public int slots(int conversation) {
        if (isGroup(conversation)) {
            return group(conversation).slots();
        }
        int first = firstUser[conversation];
        int second = secondUser[conversation];
        return devicesOf(first) + (first == second ? 0 : devicesOf(second));
    }

    /** How many of them send: the first ones. */
    public int senderSlots(int conversation) {
        return isGroup(conversation) ? group(conversation).senderSlots() : slots(conversation);
    }

    /** How many slots the first so many users of a group have. */
    public int slotsOfFirst(int conversation, int users) {
        return group(conversation).slotsOfFirst(users);
    }

    /** The slot of a device in a conversation, −1 if it takes no part. */
    public int slotOf(int conversation, int device) {
        if (isGroup(conversation)) {
            return group(conversation).slotOf(device);
        }
        int user = userOf[device];
        if (user == firstUser[conversation]) {
            return ordinalOf(device);
        }
        return user == secondUser[conversation] ? devicesOf(firstUser[conversation]) + ordinalOf(device) : -1;
    }

    public int deviceAt(int conversation, int slot) {
        if (isGroup(conversation)) {
            return group(conversation).deviceAt(slot);
        }
        int ofFirst = devicesOf(firstUser[conversation]);
        return slot < ofFirst
                ? firstDevice[firstUser[conversation]] + slot
                : firstDevice[secondUser[conversation]] + slot - ofFirst;
    }

    private int devicesOf(int user) {
        return firstDevice[user + 1] - firstDevice[user];
    }
}
