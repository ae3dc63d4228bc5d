/**
 * What comes in: messages on their way to the log, in order, one unanswered append per conversation
 * ({@link im.gateway.ingress.SendLanes}), and those that are kept nowhere ({@link im.gateway.ingress.TransientLane}).
 * Everything runs on the connection's event loop.
 */
@NullMarked
package im.gateway.ingress;

import org.jspecify.annotations.NullMarked;
