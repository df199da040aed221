"""Federation (団体の認証基盤): an organisation says who its people are, by its own identity provider."""
