package im.relay.redis;

import java.util.Arrays;

/**
 * Where a device begins in the conversations of which it has no cursor.
 *
 * @param atHeads whether at what was in the log when it was opened
 * @param marks for each partition how far the log was in the index then; 0 where that does not count
 */
record DeviceStart(boolean atHeads, long[] marks) {

    /** Of a device that is not known, and of one that brought cursors: at the first message held. */
    static DeviceStart firstHeld(int partitions) {
        return new DeviceStart(false, new long[partitions]);
    }

    /** As {@code open.lua} and {@code raise.lua} write it. */
    static DeviceStart parse(String entry, int partitions) {
        String[] parts = entry.split(" ", -1);
        long[] marks = new long[partitions];
        if (parts.length == 4 && !parts[3].isEmpty()) {
            String[] numbers = parts[3].split(",", -1);
            for (int i = 0; i < Math.min(partitions, numbers.length); i++) {
                marks[i] = Long.parseLong(numbers[i]);
            }
        }
        return new DeviceStart(parts.length == 4 && parts[2].equals("h"), marks);
    }

    /** Everything up to here is not for this device. */
    long start(int partition) {
        return atHeads ? marks[partition] : 0;
    }

    /** Where a conversation begins; what was dropped before the device was opened was never its. */
    long begin(int partition, long floor) {
        return floor <= marks[partition] ? Math.max(start(partition), floor) : start(partition);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeviceStart that && atHeads == that.atHeads && Arrays.equals(marks, that.marks);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(marks) + (atHeads ? 1 : 0);
    }
}
