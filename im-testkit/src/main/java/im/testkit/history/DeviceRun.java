package im.testkit.history;

/**
 * One run of an app: from its start to its stop or crash.
 *
 * @param run counts the starts of the app on this device, from 1
 */
public record DeviceRun(String uid, String device, int run) {

    @Override
    public String toString() {
        return uid + "/" + device + "#" + run;
    }
}
