-- Moves a partition's view over what is not to be applied (D6): that is its floor, or a hole (D8).
--
-- KEYS[1] state    as in apply.lua
-- ARGV[1] expected decimal, -1 where nothing is there: then the rest is the floor, else (expected, applied] is a hole
-- ARGV[2] applied  where it stands afterwards
-- ARGV[3] holes    kept apart at most; above that the two oldest become one
-- ARGV[4] attempt  that has put groups there by restore.lua; empty where nobody has
-- Answers {0, applied} when it stands elsewhere or another attempt has begun, else {1}

local applied = redis.call('HGET', KEYS[1], 'applied') or '-1'
if applied ~= ARGV[1] then
  return {0, applied}
end
if ARGV[4] ~= '' and redis.call('HGET', KEYS[1], 'restoring') ~= ARGV[4] then
  return {0, applied}
end
if applied == '-1' then
  redis.call('HSET', KEYS[1], 'applied', ARGV[2], 'floor', ARGV[2])
elseif applied ~= ARGV[2] then
  local holes = {}
  for from, to in string.gmatch(redis.call('HGET', KEYS[1], 'holes') or '', '(%d+)%-(%d+)') do
    holes[#holes + 1] = {from, to}
  end
  local last = holes[#holes]
  if last and last[2] == applied then
    last[2] = ARGV[2]
  else
    holes[#holes + 1] = {applied, ARGV[2]}
  end
  while #holes > tonumber(ARGV[3]) do
    holes[2][1] = holes[1][1]
    table.remove(holes, 1)
  end
  for i, hole in ipairs(holes) do
    holes[i] = hole[1] .. '-' .. hole[2]
  end
  redis.call('HSET', KEYS[1], 'holes', table.concat(holes, ' '), 'applied', ARGV[2])
end
redis.call('HDEL', KEYS[1], 'term', 'restoring')
return {1}
