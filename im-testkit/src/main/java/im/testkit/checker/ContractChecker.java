package im.testkit.checker;

import im.testkit.history.Event;
import im.testkit.history.History;
import java.util.List;

/**
 * Decides contract 1–7 and 9 for direct conversations over a history. A <em>message</em> is (conversation, sender uid,
 * message id, body). A <em>device</em> is an install from a run that starts new over the runs that resume it; it is
 * <em>there at the end</em> when its last run is connected and caught up and nothing came after. What is decided:
 *
 * <dl>
 *   <dt>1, no accepted message lost
 *   <dd>A message with an OK was called back, in some run, on every device of both uids that is there at the end and is
 *       owed it. Owed is everything, except that a device that started from the heads is owed only what was first sent
 *       after its first Welcome: what overlaps that moment may stand on either side. Nothing is asked of a device that
 *       is away at the end, other than 7. Retention is not looked at: histories are shorter.
 *   <dt>2, no phantom
 *   <dd>Every callback names a message that the sender it names had begun to send, with that body, and of whose sends
 *       at least one was not plainly rejected. The own mark is set exactly for messages of the reader's uid.
 *   <dt>3, a retry is safe
 *   <dd>All callbacks of a message, on all devices, have one position. Of the bodies under one (conversation, sender,
 *       message id) at most one has an OK.
 *   <dt>4, the app sees a message once
 *   <dd>In one run, one callback a (conversation, position) and one a message. What a run acknowledged no later run is
 *       given; what it was given above its last acknowledgement a later run that is there at the end is given again
 *       (only where the history has acknowledgements of that conversation by that device).
 *   <dt>5, one order
 *   <dd>What two devices were both given, each message counted the first time, they were given in the same order. Of two
 *       accepted messages of one device in one conversation, if every send of the first that may have counted was begun before any that may have
 *       counted of the second, its position is smaller. A send counts unless it was plainly rejected, or begun after
 *       the message's first OK. A message sent from several devices is left out.
 *   <dt>6, nothing goes back
 *   <dd>Positions are positive and increase from callback to callback of a run in a conversation; one position holds
 *       one message; acknowledgements of a device never decrease, and none is above all that it was given.
 *   <dt>7, gaps are seen
 *   <dd>Between two consecutive callbacks of a run in a conversation, and between the highest of the runs before and
 *       the first of a run that resumes, there is no position that another device was given, and {@code prev}, where
 *       the history has it, is not above the earlier of the two. {@code prev} is never below a position that somebody
 *       was given in between. What any device was given, accepted or not, every device that is there at the end and is
 *       owed it was given (the last message, too).
 *   <dt>9, outcomes are honest
 *   <dd>Every send has exactly one outcome; only a run that crashed may leave one without. No repeat of a message that
 *       begins after its OK gets CONFLICT. An UNKNOWN is honest; {@link Verdict.Counts} counts them.
 * </dl>
 *
 * <p>8 and 10–18 are not visible to clients of one process and have tests of their own. Time is that of the recording
 * process: an event that says "before" was recorded before. O(n log n) in the events, times the
 * devices of a conversation, which are few.
 */
public final class ContractChecker {

    private ContractChecker() {}

    public static Verdict check(History history) {
        return check(history.events());
    }

    /**
     * @param events in the order of the history
     */
    public static Verdict check(List<Event> events) {
        HistoryIndex index = new HistoryIndex(events);
        Report report = new Report();
        new CompletenessRules(index, report).check();
        new PhantomRules(index, report).check();
        new PlaceRules(index, report).check();
        new CallbackRules(index, report).check();
        new OrderRules(index, report).check();
        new OutcomeRules(index, report).check();
        return report.verdict(index.counts());
    }
}
