-- v5 -> v6: What rooms are

SELECT 1;
