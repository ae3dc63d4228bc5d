package im.client.store;

/**
 * What is kept of the device itself.
 *
 * @param device its id; empty before the first run
 * @param uid whose device it is; empty before the first connection
 * @param logId the message log that the cursors belong to; empty before the first connection
 * @param whole whether the cursors are all that the device ever had, so that the gateway may go by them alone
 * @param attempt of the last connection; the next one's is larger
 * @param completeAsOfMillis until when the device has everything, by the gateway's clock; 0 if not known
 */
public record DeviceRecord(
        String device, String uid, String logId, boolean whole, long attempt, long completeAsOfMillis) {
    public static final DeviceRecord NONE = new DeviceRecord("", "", "", false, 0, 0);
}
