package im.simulator.ledger;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The slots of one group: the devices of its first user, then those of the next, and so on. Immutable. */
final class GroupSlots {
    private final int[] deviceAt;
    /** Where the devices of each user end. */
    private final int[] endOfUser;

    private final int[] sortedDevices;
    private final int[] slotOfSorted;
    private final int senderSlots;

    GroupSlots(GroupMembers members, int[] firstDevice) {
        int[] users = members.users();
        endOfUser = new int[users.length];
        int slots = 0;
        for (int i = 0; i < users.length; i++) {
            slots += firstDevice[users[i] + 1] - firstDevice[users[i]];
            endOfUser[i] = slots;
        }
        deviceAt = new int[slots];
        int slot = 0;
        for (int user : users) {
            for (int device = firstDevice[user]; device < firstDevice[user + 1]; device++) {
                deviceAt[slot++] = device;
            }
        }
        long[] byDevice = IntStream.range(0, slots)
                .mapToLong(at -> (long) deviceAt[at] << Integer.SIZE | at)
                .sorted()
                .toArray();
        sortedDevices = Arrays.stream(byDevice)
                .mapToInt(pair -> (int) (pair >>> Integer.SIZE))
                .toArray();
        slotOfSorted = Arrays.stream(byDevice).mapToInt(pair -> (int) pair).toArray();
        senderSlots = endOfUser[members.senders() - 1];
    }

    int slots() {
        return deviceAt.length;
    }

    int senderSlots() {
        return senderSlots;
    }

    /** How many slots the first so many users have. */
    int slotsOfFirst(int users) {
        return users == 0 ? 0 : endOfUser[users - 1];
    }

    int deviceAt(int slot) {
        return deviceAt[slot];
    }

    /** −1 if the device takes no part. */
    int slotOf(int device) {
        int at = Arrays.binarySearch(sortedDevices, device);
        return at < 0 ? -1 : slotOfSorted[at];
    }
}
