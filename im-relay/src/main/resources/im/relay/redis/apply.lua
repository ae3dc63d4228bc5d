-- Moves a partition's view from where it is expected to stand, with the messages in between and what they did to their
-- groups, or does nothing (D1-D4, D15). Calls members.lua.
--
-- KEYS[1] state    hash: applied, term, floor, holes, time, sampled, reached, reached_ms
-- KEYS[2] times    sorted set: position, scored by the log's time up to which messages stand at or below it
-- KEYS[3] due      sorted set: conversation, scored by the position of a message held, at most that of the first
-- KEYS[4] left     as in members.lua
-- KEYS[5 + 2i], KEYS[6 + 2i] of conversation i (from 0): hash of h f n b k o t, stream of messages
-- then of each group that is among them three: g, w, x as in members.lua
-- ARGV[1] expected  decimal, -1 where nothing is there
-- ARGV[2] applied   where it stands afterwards
-- ARGV[3] messages, ARGV[4] bytes   that a conversation holds at most; an eighth more before it is cut back
-- ARGV[5] sample    milliseconds of log time between two entries of times
-- ARGV[6] reached   the log took nothing before this time (ms) that is behind applied; empty when that is not known
-- ARGV[7] term      of the record at applied, -1 when it is not known; where applied moves
-- ARGV[8] conversations
-- then of each conversation: name, and of a group where its keys begin, else 0
-- then of each message: conversation (from 0), position, log time (ms), 1 when the first uid of the conversation sent it
-- or 0, envelope, how many follow of what it did to its group (0 for nothing), and those as put_group takes them
-- Answers {0, applied} when it stands elsewhere, else 1 and of each message two: prev, and where its group was last
-- changed, 0 where it is of none

local applied = redis.call('HGET', KEYS[1], 'applied') or '-1'
if applied ~= ARGV[1] then
  return {0, applied}
end
local state = redis.call('HMGET', KEYS[1], 'floor', 'holes', 'time', 'sampled')
local floor = state[1] or '0'
local time = tonumber(state[3] or '0')
local sampled = tonumber(state[4] or '0')
local max_messages = tonumber(ARGV[3])
local max_bytes = tonumber(ARGV[4])
local sample = tonumber(ARGV[5])
-- What a Placed adds to its envelope: two positions and the tags.
local OVERHEAD = 22

local ends = {}
for hole_end in string.gmatch(state[2] or '', '%-(%d+)') do
  ends[#ends + 1] = hole_end
end

local function load(i)
  local key = KEYS[5 + 2 * i]
  local group = tonumber(ARGV[10 + 2 * i])
  local found = redis.call('HMGET', key, 'h', 'f', 'n', 'b', 'k', 'o')
  return {
    key = key,
    stream = KEYS[6 + 2 * i],
    name = ARGV[9 + 2 * i],
    group = group,
    changed = group > 0 and redis.call('HGET', KEYS[group], 'a') or '0',
    head = found[1] or floor,
    floor = found[2] or floor,
    held = tonumber(found[3] or '0'),
    bytes = tonumber(found[4] or '0'),
    count = tonumber(found[5] or '0'),
    of_first = tonumber(found[6] or '0'),
  }
end

-- D8: no prev reaches across a hole.
local function prev_of(conversation, position)
  local prev = conversation.head
  for _, hole_end in ipairs(ends) do
    if tonumber(hole_end) < position and tonumber(hole_end) > tonumber(prev) then
      prev = hole_end
    end
  end
  return prev
end

-- Drops the oldest, at most 256 of them; never the newest.
local function cut_back(conversation)
  local left = 256
  local last = nil
  local from = '-'
  while left > 0 do
    local entries = redis.call('XRANGE', conversation.stream, from, '+', 'COUNT', 32)
    for _, entry in ipairs(entries) do
      local over = conversation.held > max_messages or conversation.bytes > max_bytes
      if left == 0 or conversation.held <= 1 or not over then
        left = 0
        break
      end
      left = left - 1
      last = entry[1]
      conversation.held = conversation.held - 1
      conversation.bytes = conversation.bytes - #entry[2][4] - OVERHEAD
    end
    if #entries < 32 then
      break
    end
    from = '(' .. entries[#entries][1]
  end
  if last then
    conversation.floor = string.match(last, '%d+')
    redis.call('XTRIM', conversation.stream, 'MINID', conversation.floor .. '-1')
  end
end

local conversations = {}
local answer = {1}
-- The position before the message at hand: of it and all before it no log time is above time.
local last = applied
local at = 9 + 2 * tonumber(ARGV[8])
while at <= #ARGV do
  local i = tonumber(ARGV[at])
  local conversation = conversations[i]
  if not conversation then
    conversation = load(i)
    conversations[i] = conversation
  end
  local id = ARGV[at + 1]
  local position = tonumber(id)
  local prev = prev_of(conversation, position)
  redis.call('XADD', conversation.stream, id .. '-0', 'p', prev, 'e', ARGV[at + 4],
    'k', conversation.count, 'o', conversation.of_first)
  if conversation.held == 0 then
    redis.call('ZADD', KEYS[3], 'NX', id, conversation.name)
  end
  conversation.head = id
  conversation.held = conversation.held + 1
  conversation.bytes = conversation.bytes + #ARGV[at + 4] + OVERHEAD
  conversation.count = conversation.count + 1
  conversation.of_first = conversation.of_first + tonumber(ARGV[at + 3])
  local reached = math.max(time, tonumber(ARGV[at + 2]))
  if reached >= sampled + sample then
    if time > 0 then
      redis.call('ZADD', KEYS[2], string.format('%.0f', time), last)
    end
    redis.call('ZADD', KEYS[2], string.format('%.0f', reached), id)
    sampled = reached
  end
  time = reached
  last = id
  conversation.time = time
  local effect = tonumber(ARGV[at + 5])
  if effect > 0 then
    local g = conversation.group
    put_group(KEYS[g], KEYS[g + 1], KEYS[g + 2], KEYS[4], string.sub(conversation.name, 3), at + 6, at + 5 + effect)
    conversation.changed = id
  end
  answer[#answer + 1] = prev
  answer[#answer + 1] = conversation.changed
  at = at + 6 + effect
end

for _, c in pairs(conversations) do
  if c.held > max_messages + math.floor(max_messages / 8) or c.bytes > max_bytes + math.floor(max_bytes / 8) then
    cut_back(c)
  end
  redis.call('HSET', c.key, 'h', c.head, 'f', c.floor, 'n', c.held, 'b', c.bytes, 'k', c.count, 'o', c.of_first)
  if c.group > 0 then
    redis.call('HSET', c.key, 't', string.format('%.0f', c.time))
  end
end
if ARGV[2] ~= applied then
  redis.call('HSET', KEYS[1], 'applied', ARGV[2], 'term', ARGV[7], 'time', string.format('%.0f', time),
    'sampled', string.format('%.0f', sampled))
end
if ARGV[6] ~= '' then
  local known = tonumber(redis.call('HGET', KEYS[1], 'reached_ms') or '0')
  if tonumber(ARGV[6]) > known then
    redis.call('HSET', KEYS[1], 'reached', ARGV[2], 'reached_ms', ARGV[6])
  end
end
return answer
