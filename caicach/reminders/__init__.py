"""Letters that remind: each day what one owes, each week how the office or the ward stands."""
