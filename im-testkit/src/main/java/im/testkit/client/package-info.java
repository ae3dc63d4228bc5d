/**
 * Clients for tests: {@link im.testkit.client.RecordingClient} is the SDK's with a pen, {@link
 * im.testkit.client.RawClient} speaks the protocol frame by frame and keeps none of its rules.
 */
@NullMarked
package im.testkit.client;

import org.jspecify.annotations.NullMarked;
